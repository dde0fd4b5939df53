import CloudProtocol
import DoorPorts
import DoorRules

/// A configuration that an earlier run accepted, with the credentials' position.
package struct KeptConfiguration: Sendable {
  var accepted: AcceptedConfiguration
  var position: CredentialPosition
}

/// What a configuration message meets.
struct ConfigurationInForce: Sendable {
  /// 0 for none.
  var revision: UInt64
  var document: ConfigurationDocument?
  /// The rules of its time zone.
  var zone: CompiledZone?
  /// The doors and readers that are wired to this controller.
  var doors: Set<DoorID> = []
  var readers: Set<ReaderID> = []
  /// The auxiliary inputs and outputs; nil where they are not known.
  var auxiliary: AuxiliaryNames?

  /// What of a configuration cannot mean here what was meant.
  func warnings(of document: ConfigurationDocument) -> [RecordWarning] {
    document.warnings(wired: doors, readers: readers, auxiliary: auxiliary)
  }
}

/// What became of a configuration message.
package struct ConfigurationOutcome: Sendable {
  var report: ApplyReport
  /// Set when it is now in force.
  var applied: AcceptedConfiguration?
}

/// A configuration with the rules that were accepted with it.
package struct AcceptedConfiguration: Sendable {
  var document: ConfigurationDocument
  var policy: PolicySnapshot
  /// Nil while this device knows no rules of its time zone.
  var zone: CompiledZone?
}
