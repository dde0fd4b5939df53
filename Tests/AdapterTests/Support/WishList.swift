import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules

@testable import DoorRuntime

/// What a part wants done, in a form that a test can compare.
extension [Wish] {
  /// A name for each wish, in order: its case, and what tells one of that case from another, such as
  /// `record alarm.raised`, `job beginCommand`, `persist cloud.keys`, `log error` or `moveLock front`.
  var names: [String] { map(\.name) }

  var records: [EventRecord] {
    compactMap { if case .record(let record) = $0 { record } else { nil } }
  }

  var logLines: [String] {
    compactMap { if case .log(_, let text) = $0 { text } else { nil } }
  }

  var jobs: [StoreJob] {
    compactMap { if case .job(let job) = $0 { job } else { nil } }
  }

  /// What is to be persisted, by the key's name in the store; nil removes the value.
  var written: [String: [UInt8]?] {
    compactMap { if case .persist(let write) = $0 { write.values } else { nil } }
      .reduce(into: [:]) { all, values in all.merge(values) { $1 } }
  }

  /// The same as text; `removed` for a value that is removed.
  var writtenText: [String: String] {
    written.mapValues { $0.map { String(decoding: $0, as: UTF8.self) } ?? "removed" }
  }

  var moves: [LockDriver.Movement] {
    compactMap {
      switch $0 {
      case .moveLock(let movement), .moveLockIfRequired(let movement): movement
      default: nil
      }
    }
  }

  var sessionInputs: [SyncSession.Input] {
    compactMap { if case .session(let input) = $0 { input } else { nil } }
  }

  /// Answers to configurations and credentials, with those whose base was refused.
  var reports: [ApplyReport] {
    sessionInputs.compactMap {
      switch $0 {
      case .applied(let report), .credentialsBaseRefused(let report): report
      default: nil
      }
    }
  }

  /// Results of commands, wherever they go: to the broker, to the ledger, or to both.
  var results: [CommandResult] {
    compactMap {
      switch $0 {
      case .publish(.received(let result)), .publish(.result(let result)),
        .publish(.unkept(let result)):
        result
      case .session(.resultReady(let result)): result
      case .job(.persistResult(let result)), .job(.refuseCommand(let result, _, _)): result
      default: nil
      }
    }
  }

  /// How orders ended, by their id.
  var ends: [String: OrderOutcome] {
    reduce(into: [:]) { ends, wish in
      if case .end(let order, let end) = wish { ends[order] = end.outcome }
    }
  }
}

extension Wish {
  fileprivate var name: String {
    switch self {
    case .record(let record): "record \(record.type.name)"
    case .job(let job): "job \(caseName(job))"
    case .persist(let write): "persist \(write.values.keys.sorted().joined(separator: " "))"
    case .publish(let message): "publish \(caseName(message))"
    case .stateRefused: "state refused"
    case .log(let level, _): "log \(level)"
    case .moveLock(let movement): "moveLock \(movement.door) \(movement.level)"
    case .moveLockIfRequired(let movement):
      "moveLockIfRequired \(movement.door) \(movement.level)"
    case .core(let input): "core \(caseName(input))"
    case .session(let input): "session \(caseName(input))"
    case .take(let message): "take \(caseName(message))"
    case .end(let order, _): "end \(order)"
    default: caseName(self)
    }
  }
}

/// The name of an enum's case without what it carries.
private func caseName(_ value: some Any) -> String {
  let mirror = Mirror(reflecting: value)
  return mirror.displayStyle == .enum ? mirror.children.first?.label ?? "\(value)" : "\(value)"
}
