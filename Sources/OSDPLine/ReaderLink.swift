import DoorRules
import OSDPChannel
import OSDPCodec

/// The panel's side of one reader: challenge, channel, questions, and what the answers say.
///
/// Nothing but the handshake goes over the line in the clear, and no answer in the clear is believed but
/// two that change nothing: busy, and a refusal, after which the channel begins anew.
struct ReaderLink: Sendable {
  enum Stage: Sendable {
    /// The next packet is a challenge.
    case away
    case challenged(PanelHandshake)
    case proving(PanelHandshake)
    case secured(SecureChannel)
  }

  /// A packet that was sent and not answered.
  struct Exchange: Sendable {
    var bytes: [UInt8]
    var sequence: UInt8
    /// Nil in the handshake.
    var command: OSDPCommand?
    var sentAt: MonotonicInstant
    var tries = 1
    var busySince: MonotonicInstant?
  }

  /// What became of a packet from the line.
  enum Answer: Sendable {
    /// The open exchange is answered.
    case taken([ReaderNews])
    /// The reader asks for patience.
    case busy
    /// Not believed; the right one may still come.
    case ignored(OSDPFault)
    /// The reader wants the channel anew, or refuses one.
    case restart([ReaderNews])
    /// Somebody says in the clear that there is no channel; a reader that restarted does.
    case forgotten
    /// The reader does not begin a channel now; it does not say that it never does.
    case notNow
  }

  let address: UInt8
  let cipher: any BlockCipher
  private(set) var ring: KeyRing
  private(set) var pairing: Pairing?
  private var stage = Stage.away
  private(set) var open: Exchange?
  private var sequence: UInt8 = 0
  private(set) var queue = CommandQueue()
  /// Which key of the ring is tried.
  private var turn = 0
  var presence: ReaderPresence
  private(set) var own: OwnQuestions
  /// The last lamp, beeper and outputs, for a reader that begins anew.
  private var wished = WishedSignals()

  /// With `inputsMilliseconds` it is asked that often for its inputs.
  init(
    address: UInt8, ring: KeyRing, cipher: any BlockCipher, inputsMilliseconds: Int? = nil,
    at now: MonotonicInstant
  ) {
    self.address = address
    own = OwnQuestions(inputsMilliseconds: inputsMilliseconds, at: now)
    self.ring = ring
    self.cipher = cipher
    presence = ReaderPresence(since: now)
  }

  /// Whether there is a key to try.
  var isServed: Bool { !keys.isEmpty }

  var isSecured: Bool {
    switch stage {
    case .secured: true
    case .away, .challenged, .proving: false
    }
  }

  /// Whether the next packet asks if the reader is there at all.
  var isToProbe: Bool { !isSecured && open == nil }

  private var keys: [ReaderKey] { ring.keys(isPairing: pairing != nil) }

  private var key: ReaderKey? { keys.isEmpty ? nil : keys[turn % keys.count] }

  // MARK: Wishes

  /// Keeps a command for its turn; false when too many wait. What a lamp, a beeper or an output shall
  /// show is kept over a restart of the reader; anything else is for the channel that stands.
  mutating func add(_ command: OSDPCommand, at now: MonotonicInstant) -> Bool {
    let isKept = wished.note(command)
    guard isSecured else { return isKept }
    return queue.add(command, at: now)
  }

  /// Somebody pairs: `key` becomes the reader's. Begins anew.
  mutating func pair(_ key: ReaderKey, until end: MonotonicInstant, speed: LineSpeed) {
    ring.candidate = key
    pairing = Pairing(until: end, speed: speed)
    restart()
    turn = 0
  }

  /// The time is over; a reader that took the key all the same is found by the candidate.
  mutating func endPairing() {
    pairing = nil
    restart()
  }

  // MARK: Sending

  /// The next packet, new or again. Nil when the reader has no key.
  mutating func packet(random: [UInt8], at now: MonotonicInstant) -> [UInt8]? {
    if var again = open {
      again.sentAt = now
      open = again
      return again.bytes
    }
    switch stage {
    case .away, .challenged, .proving:
      guard let key else { return nil }
      let handshake = PanelHandshake(key: key, random: random, cipher: cipher)
      sequence = 0
      stage = .challenged(handshake)
      return begin(handshake.challenge(to: address, sequence: sequence), nil, at: now)
    case .secured(var channel):
      let command = queue.takeFirst() ?? own.next(at: now)
      let frame = channel.seal(
        command.code, data: command.data, address: address, sequence: sequence)
      stage = .secured(channel)
      return begin(frame, command, at: now)
    }
  }

  private mutating func begin(
    _ frame: OSDPFrame, _ command: OSDPCommand?, at now: MonotonicInstant
  ) -> [UInt8] {
    let bytes = frame.bytes
    open = Exchange(bytes: bytes, sequence: frame.sequence, command: command, sentAt: now)
    return bytes
  }

  /// The packet was not answered. True while it is worth another try.
  mutating func noAnswer() -> Bool {
    queue.giveWay()
    guard var exchange = open, exchange.tries < LineTimes.triesMax, isSecured else { return false }
    exchange.tries += 1
    open = exchange
    return true
  }

  /// Notes that the reader is busy; false when it was for too long.
  mutating func isPatient(at now: MonotonicInstant, forMilliseconds most: Int) -> Bool {
    let since = open?.busySince ?? now
    open?.busySince = since
    return now < since.advanced(byMilliseconds: most)
  }

  /// The channel is given up.
  mutating func restart() {
    own.cards.forget()
    stage = .away
    open = nil
    sequence = 0
    queue.clear()
  }

  /// The next key of the ring shall be tried.
  mutating func tryNextKey() -> Bool {
    turn += 1
    return turn % max(keys.count, 1) != 0
  }

  /// The reader did not answer while it is paired.
  mutating func noteSilence() { pairing?.noteSilence() }

  /// A reader that was told another speed has it from its answer on.
  mutating func takeNewSpeed() { pairing?.takeNewSpeed() }

  // MARK: Answers

  /// `random` gives new bytes, for a card's challenge.
  mutating func take(
    _ found: OSDPScanner.Found, random: () -> [UInt8], at now: MonotonicInstant
  ) -> Answer {
    guard let exchange = open else { return .ignored(.stray) }
    let frame = found.frame
    // In the clear both may come at any time and from anybody; neither is believed further than that.
    let isClear = frame.security == nil
    if isClear, frame.code == OSDPReply.busy.code { return .busy }
    let isRefusal = isClear && frame.code == OSDPReply.refused(.check).code
    // A reader that has just started knows no number: it refuses with 0.
    guard frame.sequence == exchange.sequence || isRefusal && frame.sequence == 0 else {
      return .ignored(.sequence)
    }
    if isRefusal { return refused(frame) }
    switch stage {
    case .away: return .ignored(.stray)
    case .challenged(var handshake):
      do throws(ChannelFault) {
        sequence = nextSequence
        let frame = try handshake.answer(frame, sequence: sequence)
        stage = .proving(handshake)
        open = nil
        _ = begin(frame, nil, at: now)
        return .taken([])
      } catch {
        sequence = 0
        return notProved(error)
      }
    case .proving(let handshake):
      do throws(ChannelFault) {
        stage = .secured(try handshake.finish(frame))
        open = nil
        sequence = nextSequence
        return .taken(secured(at: now))
      } catch { return notProved(error) }
    case .secured(var channel):
      let data: [UInt8]
      do throws(ChannelFault) { data = try channel.open(frame) } catch {
        return .ignored(OSDPFault(error))
      }
      stage = .secured(channel)
      open = nil
      sequence = nextSequence
      presence.heardAt = now
      guard let reply = OSDPReply(code: frame.code, data: data) else {
        // It is authentic: asking again would not change it.
        return .taken([])
      }
      return understood(reply, to: exchange.command, random: random, at: now)
    }
  }

  private var nextSequence: UInt8 { sequence % 3 + 1 }

  /// A refusal in the clear. Anybody may have sent it, so it ends no more than this channel.
  private func refused(_ frame: OSDPFrame) -> Answer {
    let refusal = OSDPRefusal(code: frame.data.first ?? 0)
    switch refusal {
    case .check:
      // The packet came damaged: the reader waits for it again.
      return .ignored(.check)
    case .unknownCommand, .securityBlock, .encryptionRequired:
      guard !isSecured else { return .forgotten }
      return .restart([.refused(code: OSDPCommand.challenge([]).code, refusal)])
    case .commandLength, .sequence, .biometricType, .biometricFormat, .unableToProcess, .other:
      return isSecured ? .forgotten : .notNow
    }
  }

  private func notProved(_ fault: ChannelFault) -> Answer {
    switch fault {
    case .wrongKey, .refused, .wrongMAC: .ignored(.wrongKey)
    case .otherKey: .ignored(.otherKey)
    case .notSecured, .unreadable: .ignored(OSDPFault(fault))
    }
  }

  /// The reader has proved a key.
  private mutating func secured(at now: MonotonicInstant) -> [ReaderNews] {
    presence.heardAt = now
    if let pairing, key != ring.candidate {
      // Nothing is asked of a reader before it has its own key.
      for command in pairing.commands(for: ring.candidate, address: address) {
        _ = queue.add(command, at: now)
      }
      return []
    }
    var news: [ReaderNews] = []
    if let candidate = ring.candidate, key == candidate {
      ring = KeyRing(current: candidate)
      turn = 0
      news = [.paired]
      pairing = nil
    }
    let first = own.begin(at: now)
    for command in first + [.identify, .capabilities, .localStatus] + wished.commands {
      _ = queue.add(command, at: now)
    }
    return news + presence.secured()
  }

  private mutating func understood(
    _ reply: OSDPReply, to command: OSDPCommand?, random: () -> [UInt8], at now: MonotonicInstant
  ) -> Answer {
    if pairing != nil { return pairingAnswer(reply, to: command) }
    switch reply {
    case .acknowledged: return .taken(acknowledged(command, at: now))
    case .readers, .line, .challenge, .firstMAC, .busy: return .taken([])
    case .manufacturer(let vendor, let data):
      switch own.cards.take(vendor: vendor, data: data, random: random, at: now) {
      case .nothing: return .taken([])
      case .send(let commands):
        for command in commands { _ = queue.add(command, at: now) }
        return .taken([])
      case .answered(let proof): return .taken([.proof(proof)])
      case .failed(let failure): return .taken([.notProved(failure)])
      }
    case .refused(let refusal): return .taken([.refused(code: command?.code ?? 0, refusal)])
    case .identity(let identity): return .taken([.identity(identity)])
    case .capabilities(let all): return .taken([.capabilities(all)])
    case .localStatus(let isTampered, let hasPowerFailure):
      return .taken(presence.status(isTampered: isTampered, hasPowerFailure: hasPowerFailure))
    case .inputs(let levels): return .taken([.inputs(levels)])
    case .outputs(let levels): return .taken([.outputs(levels)] + driven(by: command))
    case .card(let card): return .taken([.card(card)])
    case .formattedCard(_, let isBackwards, let digits):
      return .taken([.formattedCard(isBackwards ? digits.reversed() : digits)])
    case .keys(_, let keys): return .taken([.keys(keys)])
    }
  }

  private mutating func acknowledged(
    _ command: OSDPCommand?, at now: MonotonicInstant
  ) -> [ReaderNews] {
    // It has no inputs to tell of.
    if command == .inputStatus { return [.refused(code: OSDPCommand.inputStatus.code, .other(0))] }
    let driven = driven(by: command)
    if !driven.isEmpty { _ = queue.add(.outputStatus, at: now) }
    return driven
  }

  private func driven(by command: OSDPCommand?) -> [ReaderNews] {
    if case .output(let outputs)? = command { [.driven(outputs)] } else { [] }
  }

  /// While pairing only the answers to its own commands count; a card under the key that everybody has
  /// is none.
  private mutating func pairingAnswer(_ reply: OSDPReply, to command: OSDPCommand?) -> Answer {
    if case .key? = command {
      if case .refused = reply { return .restart([.notPaired(.keyRefused)]) }
      guard reply == .acknowledged else { return .taken([]) }
      turn = keys.firstIndex { $0 == ring.candidate } ?? 0
      return .restart([])
    }
    if case .line? = command {
      if case .line(address, let baud) = reply, let speed = LineSpeed(rawValue: Int(baud)) {
        pairing?.speedAfterAnswer = speed
      }
      return .restart([])
    }
    // Everything else is asked again under the reader's own key.
    return .taken([])
  }
}

extension OSDPFault {
  init(_ fault: ChannelFault) {
    switch fault {
    case .wrongKey, .refused: self = .wrongKey
    case .otherKey: self = .otherKey
    case .wrongMAC: self = .wrongMAC
    case .notSecured: self = .notSecured
    case .unreadable: self = .unreadable
    }
  }
}
