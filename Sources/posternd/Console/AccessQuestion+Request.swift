import ConsoleProtocol
import DoorCore
import DoorRules
import DoorRuntime
import WiegandCodec

extension AccessQuestion {
  /// The question of a request; throws what is wrong with it, by member.
  init(_ request: ExplainRequest) throws(ConsoleProblem) {
    self.init(
      door: try required(request.door, as: "door"), subject: try Self.subject(of: request),
      reader: try parse(request.reader, as: "reader"),
      presentation: try Self.presentation(of: request), time: try Self.time(of: request))
  }

  private static func subject(of request: ExplainRequest) throws(ConsoleProblem) -> Subject {
    if let person: PersonID = try parse(request.person, as: "person") { return .person(person) }
    if let credential: CredentialID = try parse(request.credential, as: "credential") {
      return .credential(credential)
    }
    guard let card = request.card else {
      throw ConsoleProblem(.invalid, "name a person, a credential or a card")
    }
    let parts = card.split(separator: ":", omittingEmptySubsequences: false)
    let issue = parts.count == 4 && parts[3].hasPrefix("i") ? UInt64(parts[3].dropFirst()) : nil
    guard parts.count == (issue == nil ? 3 : 4), let number = UInt64(parts[2]),
      parts[1] == "-" || UInt64(parts[1]) != nil
    else {
      throw ConsoleProblem(
        .invalid,
        "card: write FORMAT:FACILITY:NUMBER, and :iISSUE where the card has an issue; the facility is - "
          + "where there is none")
    }
    let shown = CardCandidate(
      format: String(parts[0]), facility: UInt64(parts[1]), card: number, issue: issue)
    return .shown(
      shown.canonical,
      issue: issue.map { CardIssue(canonical: shown.canonicalOfAnyIssue, issue: $0) })
  }

  private static func presentation(
    of request: ExplainRequest
  ) throws(ConsoleProblem) -> Presentation {
    switch request.presentation ?? "card" {
    case "card": return .card
    case "pin": return .pin
    case "cardThenPIN": return .cardThenPIN
    case "mobile":
      return .mobile(
        request.location.map {
          Presentation.Location(
            latitude: $0.lat, longitude: $0.lng, accuracyMeters: $0.accuracyMeters)
        })
    default:
      throw ConsoleProblem(.invalid, "presentation: is none of card, pin, cardThenPIN, mobile")
    }
  }

  private static func time(of request: ExplainRequest) throws(ConsoleProblem) -> Time {
    if let local = request.atLocal {
      guard let (date, minute) = CivilDate.parsing(localTime: local) else {
        throw ConsoleProblem(.invalid, "at: write YYYY-MM-DDTHH:MM, or seconds since 1970")
      }
      return .local(date, minuteOfDay: minute)
    }
    return request.atMilliseconds.map { .instant(WallInstant(millisecondsSince1970: $0)) } ?? .now
  }
}
