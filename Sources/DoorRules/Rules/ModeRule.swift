/// What an explanation says where ``DoorMode/denial`` keeps everybody out. Every other mode leaves the
/// decision to the rules: a door that is held open still records who would have been let in. No mode
/// holds anybody in.
func modeStep(_ request: AccessRequest) -> ExplanationStep {
  ExplanationStep(
    rule: "ModeRule", passed: false,
    detail: "the door is in \(request.mode.rawValue); only an override opens",
    source: SettingSource.door(request.door).description)
}
