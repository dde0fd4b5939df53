import CloudProtocol
import DoorCore
import DoorPorts
import DoorRuntime
import Foundation
import HostLinux
import Settings

extension RuntimeConfiguration {
  /// The settings in the terms of the runtime.
  init(_ settings: DaemonSettings, damagedFiles: [String], fileTroubles: [String]) {
    self.init(
      controller: settings.controller, software: SoftwareVersion.text,
      bootID: UUID().uuidString.lowercased(), machineBoot: MachineBoot.name(),
      layout: ControllerLayout(settings),
      failSafeDoors: Set(settings.doors.filter(\.failSafe).map(\.id)),
      commitDeadlineMilliseconds: settings.deadlines.commitMilliseconds,
      staggerMilliseconds: settings.hardware.staggerMilliseconds,
      heartbeatSeconds: settings.cloud?.heartbeatSeconds ?? RuntimeTimes.heartbeatSeconds.standard,
      damagedFiles: damagedFiles, fileTroubles: fileTroubles)
  }
}

extension ControllerLayout {
  /// The settings in the terms of the core.
  init(_ settings: DaemonSettings) {
    self.init(
      doors: settings.doors.map {
        .init(
          id: $0.id, hasContact: $0.hasContact, timing: $0.timing, interlock: $0.interlock,
          lockSense: $0.lockSense, onBatteryLow: $0.onBatteryLow)
      },
      readers: settings.readers.map {
        .init(
          id: $0.id, door: $0.door, formats: $0.formats, keypad: $0.keypad,
          hasLED: settings.isSimulated || $0.led != nil || $0.osdp != nil,
          hasBeeper: settings.isSimulated || $0.beeper != nil || $0.osdp != nil, entry: $0.entry,
          tamperCodes: $0.tamperCodes, habits: $0.habits, patterns: $0.patterns)
      }, lookUpMilliseconds: settings.deadlines.lookUpMilliseconds, power: settings.hardware.power,
      siteInputs: settings.isSimulated
        ? InputLine.ofSite
        : settings.linePlan.inputs.map(\.line).filter(InputLine.ofSite.contains),
      inputs: settings.hardware.auxiliaryInputs.map {
        .init(id: $0.id, debounceMilliseconds: $0.debounceMilliseconds)
      }, outputs: settings.hardware.auxiliaryOutputs.map(\.id))
  }
}

extension DaemonSettings.Door {
  /// A lock that opens when its power fails draws current while it is secured.
  fileprivate var lockSense: LockSense? {
    guard hasLockCurrent else { return nil }
    return LockSense(
      drawsWhile: failSafe ? .secured : .released, milliseconds: lockCurrentSeconds * 1_000)
  }
}
