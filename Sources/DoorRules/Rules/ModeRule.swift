/// Lockdown and force-closed deny everybody; every other mode leaves the decision to the rules. A
/// door that is held open by force, schedule or fire still records who would have been let in. No mode
/// holds anybody in.
func modeDenial(_ request: AccessRequest) -> (DenialReason, ExplanationStep)? {
  let reason: DenialReason
  switch request.mode {
  case .lockdown: reason = .lockdown
  case .forceClosed: reason = .maintenanceForceClosed
  case .fire, .forceOpen, .scheduledUnlock, .awaitingFirstPerson, .normal: return nil
  }
  let step = ExplanationStep(
    rule: "ModeRule", passed: false,
    detail: "the door is in \(request.mode.rawValue); only an override opens",
    source: SettingSource.door(request.door).description)
  return (reason, step)
}
