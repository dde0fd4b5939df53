import DoorRules

/// Inputs that belong to no door: the fire alarm, the switch of the controller's box, the button that
/// starts plans, what the power supply says, and the auxiliary inputs.
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
    case power(PowerWatch.Change)
    /// An auxiliary input changed.
    case changed(InputID, isActive: Bool)
  }

  /// An input of the site.
  enum Input: Int, Sendable, Hashable, CaseIterable {
    case fire, tamper, plan, mains, battery

    var line: InputLine {
      switch self {
      case .fire: .fire
      case .tamper: .tamper
      case .plan: .plan
      case .mains: .mains
      case .battery: .battery
      }
    }

    /// The alarm that is raised while it is active.
    var alarm: SiteAlarm? {
      switch self {
      case .fire: .fire
      case .tamper: .tamper
      case .plan: nil
      case .mains: .mainsLost
      case .battery: .batteryLow
      }
    }
  }

  /// In the order of their cases.
  private var inputs: [DebouncedInput]
  private var auxiliary: Roster<InputID, DebouncedInput>
  private var power: PowerWatch
  private var sampleAt: MonotonicInstant
  private let sampleMilliseconds: Int

  init(
    active: Set<InputLine>, power: PowerSettings, inputs auxiliaries: [ControllerLayout.Input] = [],
    sampleMilliseconds: Int,
    at now: MonotonicInstant
  ) {
    self.sampleMilliseconds = sampleMilliseconds
    self.power = PowerWatch(power)
    // Inactive at first: an input that is active at the start is reported like a change.
    inputs = Input.allCases.map { _ in
      DebouncedInput(isActive: false, quietMilliseconds: Self.quietMilliseconds)
    }
    auxiliary = Roster(
      auxiliaries.map {
        ($0.id, DebouncedInput(isActive: false, quietMilliseconds: $0.debounceMilliseconds))
      })
    sampleAt = now
    for input in Input.allCases where active.contains(input.line) {
      handle(input, isActive: true, at: now)
    }
    for input in auxiliaries where active.contains(.auxiliary(input.id)) {
      handle(input.id, isActive: true, at: now)
    }
  }

  private func isActive(_ input: Input) -> Bool { inputs[input.rawValue].isActive }

  /// True while the fire alarm sounds.
  var isFire: Bool { isActive(.fire) }

  /// True while the button that starts plans is pressed.
  var isPlanPressed: Bool { isActive(.plan) }

  /// The auxiliary inputs.
  var levels: [InputID: Bool] {
    Dictionary(
      zip(auxiliary.ids, auxiliary.units.map(\.isActive)), uniquingKeysWith: { first, _ in first })
  }

  /// Nil for an input that is not wired.
  func isActive(_ input: InputID) -> Bool? { auxiliary[input]?.isActive }

  /// True as well while its input moves: it may sound already.
  var mayBeFire: Bool { isFire || inputs[Input.fire.rawValue].nextDeadline != nil }

  /// What is switched off to save the battery.
  var shed: Set<PowerLoad> { power.shed }

  /// The alarms that are raised now.
  var alarms: [SiteAlarm] { Input.allCases.filter(isActive).compactMap(\.alarm) }

  var nextDeadline: MonotonicInstant? {
    var first = MonotonicInstant.earliest(power.nextDeadline, sampleAt)
    for place in inputs.indices { first = .earliest(first, inputs[place].nextDeadline) }
    for input in auxiliary.units { first = .earliest(first, input.nextDeadline) }
    return first
  }

  /// Notes an edge. Its effects come with the next deadline.
  mutating func handle(_ input: Input, isActive: Bool, at now: MonotonicInstant) {
    inputs[input.rawValue].handle(isActive: isActive, at: now)
  }

  /// The same for an auxiliary input.
  mutating func handle(_ input: InputID, isActive: Bool, at now: MonotonicInstant) {
    guard let place = auxiliary.place(of: input) else { return }
    auxiliary.units[place].handle(isActive: isActive, at: now)
  }

  /// Notes a sampled level.
  mutating func sample(_ input: Input, isActive: Bool, at now: MonotonicInstant) {
    inputs[input.rawValue].sample(isActive: isActive, at: now)
  }

  /// The same for an auxiliary input.
  mutating func sample(_ input: InputID, isActive: Bool, at now: MonotonicInstant) {
    guard let place = auxiliary.place(of: input) else { return }
    auxiliary.units[place].sample(isActive: isActive, at: now)
  }

  /// Lets time pass.
  mutating func advance(to now: MonotonicInstant) -> [Wish] {
    var wishes: [Wish] = []
    for place in inputs.indices {
      guard let isActive = inputs[place].advance(to: now), let input = Input(rawValue: place) else {
        continue
      }
      if let alarm = input.alarm {
        wishes.append(.effect(.record(.siteAlarm(alarm, raised: isActive))))
      }
      switch input {
      case .fire: wishes.append(.fire(isActive: isActive))
      case .plan: if isActive { wishes.append(.startPlans) }
      case .mains: power.mains(isLost: isActive, at: now)
      case .battery: power.battery(isLow: isActive)
      case .tamper: break
      }
    }
    for change in power.advance(to: now) { wishes.append(.power(change)) }
    for place in auxiliary.units.indices {
      guard let isActive = auxiliary.units[place].advance(to: now) else { continue }
      wishes.append(.changed(auxiliary.ids[place], isActive: isActive))
    }
    if sampleAt <= now {
      sampleAt = now.advanced(byMilliseconds: sampleMilliseconds)
      wishes.append(.effect(.sampleSite))
    }
    return wishes
  }
}
