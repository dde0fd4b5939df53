public import DoorCore
public import DoorRules

/// The automations as they stand, with what they look at and drive.
public struct RuntimeAutomations: Sendable {
  public var now: Moment
  public var inputs: [(id: InputID, isActive: Bool, isMasked: Bool)]
  public var outputs: [(id: OutputID, isActive: Bool)]
  public var automations: [AutomationView]

  init(_ controller: Controller, layout: ControllerLayout, at now: Moment) {
    self.now = now
    inputs = layout.inputs.map {
      ($0.id, controller.isActive($0.id) ?? false, controller.maskedInputs.contains($0.id))
    }
    outputs = layout.outputs.map { ($0, controller.isActive($0) ?? false) }
    automations = controller.automationViews(at: now)
  }
}
