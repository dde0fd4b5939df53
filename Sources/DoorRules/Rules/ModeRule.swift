/// Lockdown and force-closed deny everybody; every other mode leaves the decision to the rules. A
/// door that is held open by force, schedule or fire still records who would have been let in. No mode
/// holds anybody in.
func modeDenial(_ request: AccessRequest) -> DenialReason? {
  switch request.mode {
  case .lockdown: .lockdown
  case .forceClosed: .maintenanceForceClosed
  case .fire, .plan, .forceOpen, .scheduledUnlock, .office, .awaitingFirstPerson, .normal: nil
  }
}

func modeStep(_ request: AccessRequest) -> ExplanationStep {
  ExplanationStep(
    rule: "ModeRule", passed: false,
    detail: "the door is in \(request.mode.rawValue); only an override opens",
    source: SettingSource.door(request.door).description)
}
