import DoorRules

/// Controllers that may be there and are asked for a hello: no broker tells reliably who is.
struct HelloRequests {
  /// A controller that does not answer so many requests is asked again only when it sends
  /// something: it may be away, and its broker would keep every request.
  static let requestsMax = 5
  /// Most controllers that are asked at once.
  static let atOnceMax = 50

  private var waits: [ControllerID: AnswerWait] = [:]

  /// Something says that this controller is there.
  mutating func expect(_ controller: ControllerID, at now: Int64) {
    if waits[controller] == nil { waits[controller] = AnswerWait(due: now) }
  }

  /// Its hello came, or it is known to be away.
  mutating func end(_ controller: ControllerID) { waits[controller] = nil }

  /// The controllers whose turn it is; the first wait for each answer is `first` long.
  mutating func due(at now: Int64, first: Int64) -> [ControllerID] {
    var due: [ControllerID] = []
    for controller in waits.keys.sorted() where due.count < Self.atOnceMax {
      guard var wait = waits[controller], wait.runsOut(at: now) else { continue }
      guard wait.repeats <= Self.requestsMax else {
        waits[controller] = nil
        continue
      }
      wait.begin(at: now, first: first)
      waits[controller] = wait
      due.append(controller)
    }
    return due
  }
}
