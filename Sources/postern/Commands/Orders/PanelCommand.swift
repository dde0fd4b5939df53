public import ArgumentParser
public import ConsoleProtocol

/// The simulated panel's card, keypad, door leaf and button.
struct PanelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "panel",
    abstract: "Act on simulated hardware: present a card, type a PIN, open the door.",
    discussion: "Refused when the controller has real lines.",
    subcommands: [
      Badge.self, Bits.self, Keys.self, Contact.self, Exit.self, Fire.self, Box.self,
      Plan.self, Mains.self, Battery.self, Lock.self, Input.self,
    ])

  /// The timing of pulses.
  struct Timing: ParsableArguments {
    @Option(help: "Length of a pulse, 20 to 1000 microseconds.") var widthUs = 100
    @Option(help: "From pulse to pulse, 200 to 20000 microseconds.") var spacingUs = 2_000
    @Option(help: "Between two keys, 50 to 10000 milliseconds.") var betweenKeysMs = 120

    var pulses: PulseTiming {
      PulseTiming(
        widthMicroseconds: widthUs, spacingMicroseconds: spacingUs,
        betweenKeysMilliseconds: betweenKeysMs)
    }
  }

  struct Badge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Present a card.")
    @OptionGroup var console: ConsoleOptions
    @OptionGroup var timing: Timing
    @Option(help: "The card's format, one of the operator's own too.") var format = "H10301"
    @Option(help: "The facility code, if the format has one.") var facility: UInt64?
    @Option(help: "The card's number.") var card: UInt64
    @Option(help: "The reader; the first when left out.") var reader: String?

    func run() async throws {
      try await console.act(
        .badge(
          reader: reader, format: format, facility: facility.map { CardNumber($0) },
          card: CardNumber(card), timing: timing.pulses))
    }
  }

  struct Bits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send bits, the first one first.")
    @OptionGroup var console: ConsoleOptions
    @OptionGroup var timing: Timing
    @Argument(help: "Zeros and ones.") var bits: String
    @Option(help: "The reader; the first when left out.") var reader: String?

    func run() async throws {
      try await console.act(.bits(reader: reader, bits: bits, timing: timing.pulses))
    }
  }

  struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Type keys, such as '4711#'.")
    @OptionGroup var console: ConsoleOptions
    @OptionGroup var timing: Timing
    @Argument(help: "Keys: 0 to 9, * and #.") var keys: String
    @Option(help: "The reader; the first when left out.") var reader: String?

    func run() async throws {
      try await console.act(.keys(reader: reader, keys: keys, timing: timing.pulses))
    }
  }

  struct Contact: AsyncParsableCommand {
    enum Leaf: String, ExpressibleByArgument, CaseIterable { case open, close }

    static let configuration = CommandConfiguration(abstract: "Open or close the door leaf.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "open or close.") var leaf: Leaf
    @Option(help: "The door; the first when left out.") var door: String?

    func run() async throws {
      try await console.act(.contact(door: door, open: leaf == .open))
    }
  }

  struct Exit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Press the exit button.")
    @OptionGroup var console: ConsoleOptions
    @Option(help: "The door; the first when left out.") var door: String?

    func run() async throws {
      try await console.act(.exit(door: door))
    }
  }

  struct Fire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Begin or end the building's fire alarm.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "on or off.") var state: Switch

    func run() async throws {
      try await console.act(.fire(active: state == .on))
    }
  }

  struct Box: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Open or close the controller's box.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "open or closed.") var state: Lid

    func run() async throws {
      try await console.act(.box(open: state == .open))
    }
  }

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Press the button that starts plans, or let it go.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "on or off.") var state: Switch

    func run() async throws {
      try await console.act(.planButton(pressed: state == .on))
    }
  }

  struct Mains: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Pull the supply's plug, or put it back.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "off or on.") var state: Switch

    func run() async throws {
      try await console.act(.mains(lost: state == .off))
    }
  }

  struct Battery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Empty the supply's battery, or fill it.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "low or good.") var state: Charge

    func run() async throws {
      try await console.act(.battery(low: state == .low))
    }
  }

  struct Lock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Break the lock so that it draws no current, or always does; or mend it.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "works, dead or stuck.") var state: LockState
    @Option(help: "The door; the first when left out.") var door: String?

    func run() async throws {
      try await console.act(.lock(door: door, state: state))
    }
  }

  enum Charge: String, ExpressibleByArgument, CaseIterable { case low, good }

  struct Input: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Switch an auxiliary input.")
    @OptionGroup var console: ConsoleOptions
    @Argument(help: "Its name in `inputs` of the settings.") var input: String
    @Argument(help: "on or off.") var state: Switch

    func run() async throws {
      try await console.act(.input(input: input, active: state == .on))
    }
  }

  enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }
  enum Lid: String, ExpressibleByArgument, CaseIterable { case open, closed }
}

extension ConsoleOptions {
  fileprivate func act(_ action: PanelAction) async throws {
    try await client.post("/v1/panel", action)
  }
}

extension LockState: ExpressibleByArgument {}
