import OSDPCodec

/// What lamp, beeper and outputs of a reader shall show: sent again to a reader that begins anew.
struct WishedSignals: Sendable {
  private var lamps: [UInt8: OSDPLamp] = [:]
  private var buzzer: OSDPBuzzer?
  private var outputs: [UInt8: OSDPOutput] = [:]

  /// Whether the command is one that is kept.
  mutating func note(_ command: OSDPCommand) -> Bool {
    switch command {
    case .lamp(let lamps):
      for lamp in lamps where lamp.permanent != nil { self.lamps[lamp.lamp] = lamp }
      return true
    case .buzzer(let buzzer):
      // A few beeps are over by then.
      self.buzzer = buzzer.count == 0 ? buzzer : nil
      return true
    case .output(let outputs):
      for output in outputs {
        let number = output.number
        self.outputs[number] = output.isLasting ? output : self.outputs[number]?.beforeTimer
      }
      return true
    case .poll, .identify, .capabilities, .localStatus, .inputStatus, .outputStatus, .readerStatus,
      .text, .line, .key, .challenge, .cryptogram, .receiveSize, .keepActive, .manufacturer:
      return false
    }
  }

  var commands: [OSDPCommand] {
    let lamps = lamps.sorted { $0.key < $1.key }.map(\.value)
    let outputs = outputs.sorted { $0.key < $1.key }.map(\.value)
    return (lamps.isEmpty ? [] : [.lamp(lamps)]) + (buzzer.map { [.buzzer($0)] } ?? [])
      + (outputs.isEmpty ? [] : [.output(outputs)])
  }
}

extension OSDPOutput {
  /// The same level, for an output whose timer may run.
  fileprivate var beforeTimer: OSDPOutput {
    switch action {
    case .offAtOnce: OSDPOutput(number: number, action: .offAfterTimer)
    case .onAtOnce: OSDPOutput(number: number, action: .onAfterTimer)
    case .leave, .offAfterTimer, .onAfterTimer, .onFor, .offFor: self
    }
  }

  /// Whether it stays as it is; a pulse that is over must not come again.
  var isLasting: Bool {
    switch action {
    case .offAtOnce, .onAtOnce, .offAfterTimer, .onAfterTimer: true
    case .leave, .onFor, .offFor: false
    }
  }
}
