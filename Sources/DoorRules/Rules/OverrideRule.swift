/// An administrator's override beats every rule and every mode, but must give a reason.
func overrideDecision(_ override: AdminOverride) -> Verdict.Decision {
  override.hasReason ? .grant(via: .override) : .deny(.overrideReasonMissing)
}

func overrideStep(_ override: AdminOverride) -> ExplanationStep {
  ExplanationStep(
    rule: "OverrideRule", passed: override.hasReason,
    detail: override.hasReason
      ? "\(override.by) overrides: \(override.reason)" : "\(override.by) gives no reason")
}
