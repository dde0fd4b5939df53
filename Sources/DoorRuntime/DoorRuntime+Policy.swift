import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// Configuration and credentials from the cloud: verified here, applied in one transaction on a
/// thread of their own, answered with what is in force.
extension DoorRuntime {
  func takeConfiguration(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard
      let envelope = verify(
        payload, as: ConfigurationDocument.self, kind: .config, retained, at: now)
    else { return }
    let document = envelope.body
    let current = controller.policy.revision
    let id = envelope.id
    guard document.revision > current else {
      // The same revision again is an answer that was lost; an older one is refused.
      let same = document.revision == current
      let problem = Problem(
        path: "revision", message: "\(document.revision) is older than \(current), in force")
      let report = ApplyReport(
        subject: .config, messageID: id, revision: current, applied: same,
        problems: same ? [] : [problem])
      return session(.applied(report), at: now)
    }
    let ports = ports
    let inbox = inbox
    let controller = configuration.controller
    policyWork.async {
      inbox.push(
        .configured(
          Self.apply(
            document, messageID: id, current: current, controller: controller, ports: ports)))
    }
  }

  private static func apply(
    _ document: ConfigurationDocument, messageID: String, current: UInt64, controller: ControllerID,
    ports: RuntimePorts
  ) -> ConfigurationOutcome {
    func refused(_ problems: [Problem]) -> ConfigurationOutcome {
      ConfigurationOutcome(
        report: ApplyReport(
          subject: .config, messageID: messageID, revision: current, applied: false,
          problems: problems))
    }
    do {
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
          "config.applied", at: now, detail: ["revision": String(applied.policy.revision)]))
    } else if !outcome.report.applied {
      record(
        drafts.draft(
          "config.rejected", at: now,
          detail: ["problems": outcome.report.problems.map(\.description).joined(separator: "; ")]
        ))
    }
    session(.applied(outcome.report), at: now)
  }

  func takeCredentials(_ payload: [UInt8], retained: Bool, at now: Moment) {
    guard
      let envelope = verify(
        payload, as: CredentialDelta.self, kind: .credentials, retained, at: now)
    else { return }
    let ports = ports
    let inbox = inbox
    let scopes = controller.policy.scopes.mapValues(\.doors)
    policyWork.async {
      let delta = envelope.body
      let report = Self.apply(delta, messageID: envelope.id, policy: ports.policy)
      let baseRefused =
        !report.applied && delta.baseRevision != nil && delta.baseRevision != report.revision
      let clashes =
        report.applied
        ? CredentialClash.found(in: delta, in: ports.policy, scopes: scopes) : []
      inbox.push(.credentialsApplied(report, baseRefused: baseRefused, clashes))
    }
  }

  private static func apply(
    _ delta: CredentialDelta, messageID: String, policy: any PolicyStore
  ) -> ApplyReport {
    var report = ApplyReport(
      subject: .credentials, messageID: messageID, revision: 0, applied: false, problems: [])
    do throws(PortError) {
      report.revision = try policy.credentialPosition().revision
      // An answer that was lost: it is in force already.
      if delta.revision == report.revision, delta.baseRevision != nil {
        report.applied = true
        return report
      }
      try policy.apply(delta)
      report.revision = delta.revision
      report.applied = true
    } catch {
      report.problems = [Problem(path: "", message: "\(error)")]
    }
    return report
  }

  func credentialsApplied(
    _ report: ApplyReport, baseRefused: Bool, _ clashes: [CredentialClash], at now: Moment
  ) {
    for clash in clashes {
      logger.warning("credentials \(clash.first) and \(clash.second) have the same value")
      record(
        drafts.draft(
          "credential.clash", at: now,
          detail: ["first": clash.first.rawValue, "second": clash.second.rawValue]))
    }
    do throws(PortError) { credentialPosition = try ports.policy.credentialPosition() } catch {
      logger.error("the credential position could not be read: \(error)")
    }
    if !report.applied {
      let problems = report.problems.map(\.description).joined(separator: "; ")
      record(drafts.draft("credentials.rejected", at: now, detail: ["problems": problems]))
    }
    session(baseRefused ? .credentialsBaseRefused(report) : .applied(report), at: now)
  }
}
