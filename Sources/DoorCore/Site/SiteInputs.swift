import DoorRules

/// Inputs that belong to no door: the fire alarm, the switch of the controller's box, and the button
/// that starts plans.
struct SiteInputs: Sendable {
  /// How long they must be stable before their level counts.
  static let quietMilliseconds = 100

  /// What ``SiteInputs`` wants done, in order.
  enum Wish: Sendable, Hashable {
    case effect(ControllerEffect)
    /// The fire alarm began or ended: every door follows.
    case fire(isActive: Bool)
    /// The button that starts plans was pressed.
    case startPlans
  }

  /// An input of the site.
  enum Input: Sendable, Hashable { case fire, tamper, plan }

  private var fire: DebouncedInput
  private var tamper: DebouncedInput
  private var plan: DebouncedInput
  private var sampleAt: MonotonicInstant
  private let sampleMilliseconds: Int

  init(active: Set<InputLine>, sampleMilliseconds: Int, at now: MonotonicInstant) {
    self.sampleMilliseconds = sampleMilliseconds
    // Inactive at first: an input that is active at the start is reported like a change.
    fire = DebouncedInput(isActive: false, quietMilliseconds: Self.quietMilliseconds)
    tamper = DebouncedInput(isActive: false, quietMilliseconds: Self.quietMilliseconds)
    plan = DebouncedInput(isActive: false, quietMilliseconds: Self.quietMilliseconds)
    sampleAt = now
    if active.contains(.fire) { handle(.fire, isActive: true, at: now) }
    if active.contains(.tamper) { handle(.tamper, isActive: true, at: now) }
    if active.contains(.plan) { handle(.plan, isActive: true, at: now) }
  }

  /// True while the fire alarm sounds.
  var isFire: Bool { fire.isActive }

  /// True while the button that starts plans is pressed.
  var isPlanPressed: Bool { plan.isActive }

  /// True as well while its input moves: it may sound already.
  var mayBeFire: Bool { fire.isActive || fire.nextDeadline != nil }

  var nextDeadline: MonotonicInstant? {
    .earliest(
      .earliest(fire.nextDeadline, plan.nextDeadline), tamper.nextDeadline, sampleAt)
  }

  /// Notes an edge. Its effects come with the next deadline.
  mutating func handle(_ input: Input, isActive: Bool, at now: MonotonicInstant) {
    switch input {
    case .fire: fire.handle(isActive: isActive, at: now)
    case .tamper: tamper.handle(isActive: isActive, at: now)
    case .plan: plan.handle(isActive: isActive, at: now)
    }
  }

  /// Notes a sampled level.
  mutating func sample(_ input: Input, isActive: Bool, at now: MonotonicInstant) {
    switch input {
    case .fire: fire.sample(isActive: isActive, at: now)
    case .tamper: tamper.sample(isActive: isActive, at: now)
    case .plan: plan.sample(isActive: isActive, at: now)
    }
  }

  /// Lets time pass.
  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    var wishes: [Wish] = []
    if let isActive = fire.advance(to: now) {
      wishes.append(.effect(.record(.siteAlarm(.fire, raised: isActive))))
      wishes.append(.fire(isActive: isActive))
    }
    if let isOpen = tamper.advance(to: now) {
      wishes.append(.effect(.record(.siteAlarm(.tamper, raised: isOpen))))
    }
    if plan.advance(to: now) == true { wishes.append(.startPlans) }
    if sampleAt <= now {
      sampleAt = now.advanced(byMilliseconds: sampleMilliseconds)
      wishes.append(.effect(.sampleSite))
    }
    return wishes
  }
}
