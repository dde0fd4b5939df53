import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// Configuration from the cloud: verified here, applied in one transaction on a thread of its own,
/// answered with what is in force.
extension DoorShell {
  func takeConfiguration(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard
      let envelope = verify(
        payload, as: ConfigurationMessage.self, kind: .config, retained, at: now)
    else { return }
    let message = envelope.body
    let current = controller.policy.revision
    let id = envelope.id
    guard message.revision > current else {
      // The same revision again is an answer that was lost; an older one is refused.
      let same = message.revision == current
      let problem = Problem(
        path: "revision", message: "\(message.revision) is older than \(current), in force")
      let report = ApplyReport(
        subject: .config, messageID: id, revision: current, applied: same,
        problems: same ? [] : [problem])
      return session(.applied(report), at: now)
    }
    let ports = ports
    let inbox = inbox
    let controller = configuration.controller
    lanes.perform(.policy) {
      do throws(PortError) {
        inbox.push(
          .configured(
            try Self.apply(
              message, messageID: id, current: current, controller: controller, ports: ports)))
      } catch {
        inbox.push(.notStored(.config, error))
      }
    }
  }

  private static func apply(
    _ message: ConfigurationMessage, messageID: String, current: UInt64, controller: ControllerID,
    ports: RuntimePorts
  ) throws(PortError) -> ConfigurationOutcome {
    func refused(_ problems: [Problem]) -> ConfigurationOutcome {
      ConfigurationOutcome(
        report: ApplyReport(
          subject: .config, messageID: messageID, revision: current, applied: false,
          problems: problems))
    }
    do {
      let document: ConfigurationDocument
      switch message {
      case .whole(let whole): document = whole
      case .patch(let patch): document = try patch.applied(to: ports.policy.configuration())
      }
      let policy = try document.validated(
        controller: controller, zones: { try? ports.zones.rules(for: $0) })
      try ports.policy.replaceConfiguration(document)
      return ConfigurationOutcome(
        report: ApplyReport(
          subject: .config, messageID: messageID, revision: document.revision, applied: true,
          problems: []), applied: (document, policy))
    } catch let failure as ValidationFailure {
      return refused(failure.problems)
    } catch {
      if let failure = Self.storageFailure(error) { throw failure }
      return refused([Problem(path: "", message: "it could not be stored: \(error)")])
    }
  }

  /// A cache that could not be opened at the start may be there by now.
  func adoptLateConfiguration(at now: Moment) {
    guard controller.policy.revision == 0 else { return }
    do {
      guard let kept = try ports.policy.configuration() else { return }
      let policy = try kept.validated(
        controller: configuration.controller, zones: { try? ports.zones.rules(for: $0) })
      credentialPosition = try ports.policy.credentialPosition()
      document = kept
      perform(controller.handle(.policy(policy), at: now), at: now)
    } catch {
      logger.error("the kept configuration cannot be used yet: \(error)")
    }
  }

  func configured(_ outcome: ConfigurationOutcome, at now: Moment) {
    if let applied = outcome.applied, applied.policy.revision > controller.policy.revision {
      document = applied.document
      perform(controller.handle(.policy(applied.policy), at: now), at: now)
      record(
        drafts.draft(
          .configApplied, at: now, detail: ["revision": String(applied.policy.revision)]))
    } else if !outcome.report.applied {
      record(
        drafts.draft(
          .configRejected, at: now,
          detail: ["problems": outcome.report.problems.map(\.description).joined(separator: "; ")]
        ))
    }
    if outcome.report.applied { notStoredTold[.config] = nil }
    session(.applied(outcome.report), at: now)
  }
}
