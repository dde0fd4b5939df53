import CloudProtocol
import Testing

/// The event has a type of the registry and no member that the type's row does not name.
func expectRegistered(_ draft: EventDraft) {
  guard let type = EventType(rawValue: draft.type) else {
    Issue.record("\(draft.type) is not in EventType")
    return
  }
  let unknown = Set(draft.detail.keys).subtracting(type.detail.map(\.name))
  #expect(unknown.isEmpty, "\(type) has members that its row does not name")
  let set: [(EventSubject, String?)] = [
    (.door, draft.door), (.reader, draft.reader), (.person, draft.person),
    (.credential, draft.credential),
  ]
  for (subject, value) in set where value != nil {
    #expect(type.subjects.contains(subject), "\(type) with \(subject)")
  }
  #expect((draft.reason == nil) || type.reason != nil, "\(type) with a reason")
  #expect(draft.checkInCandidate == (type.category == .checkInCandidate), "\(type)")
}
