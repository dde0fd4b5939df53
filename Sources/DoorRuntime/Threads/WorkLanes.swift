import Dispatch

/// What slow work waits for. Within a lane it is done in the order in which it was asked for.
package enum WorkLane: Sendable, Hashable {
  /// Commits to the event log, the command ledger and the small state.
  case events
  /// Validates and stores what the cloud pushed.
  case policy
  /// Reads the log for the cloud.
  case outbox
  /// Reads the machine's certificates and sensors, and keeps the keys of readers on lines of their own.
  case machine
  /// Reads the file of the time zone.
  case zone
  /// Reads for whoever stands at a door. There are ``readings`` of them, so that one read that the
  /// disk does not answer holds up no other.
  case reading(Int)

  /// How many lanes read at the same time, numbered from 0. Each database has three readers.
  package static let readings = 2
}

extension WorkLane: CaseIterable {
  package static let allCases =
    [events, policy, outbox, machine, zone] + (0..<readings).map { WorkLane.reading($0) }
}

/// Where the shell has slow work done. What a body finds goes to the inbox.
package protocol WorkLanes: Sendable {
  func perform(_ lane: WorkLane, _ body: @escaping @Sendable () -> Void)
  func perform(
    _ lane: WorkLane, afterMilliseconds: Int, _ body: @escaping @Sendable () -> Void)
  /// Waits until everything that was asked of the lane so far is done.
  func drain(_ lane: WorkLane)
}

/// A thread for each lane.
struct DispatchLanes: WorkLanes {
  private let events = DispatchQueue(label: "postern.events", qos: .userInitiated)
  private let policy = DispatchQueue(label: "postern.policy", qos: .utility)
  private let outbox = DispatchQueue(label: "postern.outbox", qos: .utility)
  private let readings = (0..<WorkLane.readings).map {
    DispatchQueue(label: "postern.reading-\($0)", qos: .userInteractive)
  }

  private let machine = DispatchQueue(label: "postern.machine", qos: .utility)
  private let zone = DispatchQueue(label: "postern.zone", qos: .utility)

  private func queue(_ lane: WorkLane) -> DispatchQueue {
    switch lane {
    case .events: events
    case .policy: policy
    case .outbox: outbox
    case .machine: machine
    case .zone: zone
    case .reading(let number): readings[number]
    }
  }

  func perform(_ lane: WorkLane, _ body: @escaping @Sendable () -> Void) {
    queue(lane).async(execute: body)
  }

  func perform(
    _ lane: WorkLane, afterMilliseconds: Int, _ body: @escaping @Sendable () -> Void
  ) {
    queue(lane).asyncAfter(deadline: .now() + .milliseconds(afterMilliseconds), execute: body)
  }

  func drain(_ lane: WorkLane) { queue(lane).sync {} }
}
