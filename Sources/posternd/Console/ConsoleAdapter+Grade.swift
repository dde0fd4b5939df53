import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Settings

/// The facts for the table of grades, out of the settings and the configuration in force.
extension ConsoleAdapter {
  func grades() async -> [GradeReport] {
    let status = await runtime.status()
    var reports: [GradeReport] = []
    for door in settings.doors {
      let policy = await runtime.settings(of: door.id)
      reports.append(GradeReport(facts(of: door, policy, status)))
    }
    return reports
  }

  func note(_ change: SessionChange) async {
    switch change {
    case .began: await runtime.noteSession(ended: nil)
    case .ended(let end): await runtime.noteSession(ended: end.rawValue)
    }
  }

  private func facts(
    of door: DaemonSettings.Door, _ policy: EffectiveSettings?, _ status: RuntimeStatus
  ) -> GradeFacts {
    let readers = settings.readers.filter { $0.door == door.id }
    return GradeFacts(
      door: door.id.rawValue,
      wiring: .init(
        hasContact: door.hasContact, needsExitRequest: door.timing.exitRequest == .required,
        heldOpenSeconds: door.timing.heldOpenMilliseconds / 1_000,
        debounceMilliseconds: door.timing.debounceMilliseconds,
        seesLockCurrent: door.hasLockCurrent),
      policy: policy.map {
        .init(
          holdSeconds: $0.holdTimeSeconds.value,
          modes: Set([$0.presentation.value.mode] + $0.presentation.value.exceptions.map(\.mode)),
          personsRequired: $0.personsRequired.value)
      },
      readers: readers.map(reader),
      controller: controller(status, readers))
  }

  private func reader(_ reader: DaemonSettings.Reader) -> GradeFacts.Reader {
    let isOnLine = reader.osdp != nil
    return GradeFacts.Reader(
      id: reader.id.rawValue, isSecured: isOnLine, hasKeypad: reader.keypad != nil,
      hasIndication: isOnLine || settings.isSimulated || reader.led != nil || reader.beeper != nil,
      tellsTamper: isOnLine || reader.tamperCodes != nil,
      isMissed: isOnLine || reader.habits.supervision != nil)
  }

  private func controller(
    _ status: RuntimeStatus, _ readers: [DaemonSettings.Reader]
  ) -> GradeFacts.Controller {
    func isWired(_ line: DaemonSettings.Line?) -> Bool { settings.isSimulated || line != nil }
    let lengths = readers.filter { $0.keypad != nil }.map {
      $0.entry.fixedLength ?? PINEntrySettings.lengthRange.lowerBound
    }
    return GradeFacts.Controller(
      hasTamper: isWired(settings.hardware.tamper), hasMains: isWired(settings.hardware.mains),
      hasBattery: isWired(settings.hardware.battery),
      usesTLS: settings.cloud.map { $0.tls != nil },
      clockIsSynchronised: status.now.trust == .synchronised,
      persons: status.credentials.persons,
      pinDigitsMin: lengths.min() ?? PINEntrySettings.lengthRange.lowerBound)
  }
}
