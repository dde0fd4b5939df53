import DoorCore
import DoorPorts
import DoorRules

@testable import DoorRuntime

/// A directory whose stores answer at once.
struct AnsweringDirectory {
  var directory: HolderDirectory
  let reader: HolderReader

  init(_ reader: HolderReader) {
    self.reader = reader
    directory = HolderDirectory(
      digester: reader.digester, servesOfflinePINs: reader.offline != nil,
      lookUpMilliseconds: 2_000)
  }

  /// What came of a look-up, and what else was wished for.
  struct Finding {
    var answer: LookUpAnswer
    var wishes: [Wish]
  }

  /// Asks, and has the stores answer.
  mutating func ask(
    _ question: HolderQuestion, hasAreas: Bool = false, at now: Moment
  ) -> [Wish] {
    answer(directory.ask(question, hasAreas: hasAreas, at: now), at: now)
  }

  /// Carries out what is to be read, and returns the rest.
  mutating func answer(_ wishes: [Wish], at now: Moment) -> [Wish] {
    var rest: [Wish] = []
    for wish in wishes {
      if case .job(.readHolders(let request, _)) = wish {
        rest += answer(directory.answeredAnywhere(reader.read(request), at: now), at: now)
      } else {
        rest.append(wish)
      }
    }
    return rest
  }

  mutating func find(
    _ question: LookUp, hasAreas: Bool = false, at now: Moment
  ) -> Finding {
    var finding = Finding(answer: LookUpAnswer(ticket: 0, holders: nil), wishes: [])
    for wish in ask(.shown(question), hasAreas: hasAreas, at: now) {
      switch wish {
      case .core(.lookedUp(let answer)): finding.answer = answer
      case .noteDecision, .publishIssued: break
      default: finding.wishes.append(wish)
      }
    }
    return finding
  }
}

extension HolderDirectory {
  /// The stores have answered, at a door without scopes.
  mutating func answeredAnywhere(_ reading: HolderReading, at now: Moment) -> [Wish] {
    answered(reading, reach: { CredentialReach() }, at: now)
  }
}

extension [Wish] {
  /// The holders of orders that go to the core.
  var orderHolders: [CredentialHolder]? {
    for case .core(.order(let order)) in self {
      if case .memberUnlock(_, let holders, _) = order.kind { return holders }
    }
    return nil
  }
}
