import CloudProtocol
import DoorRules
import WiegandCodec

extension CardBody {
  /// The card in the form that controllers digest; throws for a number that no reader can send.
  func canonical(path: String) throws(APIProblem) -> Secret<String> {
    guard let card = UInt64(digits: number) else {
      throw APIProblem(path: "\(path).number", "is no number; write its digits as text")
    }
    guard facility.map({ $0 >= 0 }) != false else {
      throw APIProblem(path: "\(path).facility", "is less than 0")
    }
    let facility = facility.map { UInt64($0) }
    do {
      _ = try FormatTable.standard.encode(format: format, facility: facility, card: card)
    } catch {
      throw APIProblem(path: path, "is no card of the format \(format.prefix(64)): \(error)")
    }
    return CardCandidate(format: format, facility: facility, card: card).canonical
  }
}
