public import OSDPCodec

/// A reader on an OSDP line as the standard wants it: one answer to each command, the same answer to the
/// same command sent again, nothing in the clear but the handshake once it has a key. For simulations and
/// tests.
public struct ModelReader: Sendable {
  public private(set) var address: UInt8
  /// Nil: a reader that was never paired, which takes the key that everybody has.
  public private(set) var key: ReaderKey?
  /// What it has to say at the next polls.
  public var events: [OSDPReply] = []
  public var lines = ModelLines()
  /// So many of the next commands are answered with busy.
  public var busyCount = 0
  /// Nil where nobody asks what it heard: a month on a line is millions of commands.
  private var record: [OSDPCommand]? = []
  public private(set) var speed: UInt32
  private var handshake: ReaderHandshake?
  private var channel: SecureChannel?
  private var hearing = Hearing()
  private var random: UInt8 = 0
  private let cipher: any BlockCipher

  /// What has come, and the last exchange.
  private struct Hearing: Sendable {
    var scanner = OSDPScanner()
    var last: (sequence: UInt8, command: [UInt8], reply: [UInt8])?
  }

  public init(
    address: UInt8, key: ReaderKey? = nil, speed: UInt32 = 9_600, cipher: any BlockCipher
  ) {
    self.address = address
    self.key = key
    self.speed = speed
    self.cipher = cipher
  }

  public var isSecured: Bool { channel != nil }

  /// Every command that it believed but polls, oldest first; none after ``keepNoRecord()``.
  public var heard: [OSDPCommand] { record ?? [] }

  /// Forgets what it heard, and notes no more of it.
  public mutating func keepNoRecord() { record = nil }

  /// The power went and came back.
  public mutating func restart() {
    channel = nil
    handshake = nil
    hearing = Hearing()
    lines.restart()
  }

  /// Nothing came for a while: what had begun is no packet.
  public mutating func pause() { hearing.scanner.reset() }

  /// Takes what the line brought; the answers.
  public mutating func hear(_ bytes: [UInt8]) -> [UInt8] {
    hearing.scanner.take(bytes).flatMap { result -> [UInt8] in
      guard case .success(let found) = result, !found.frame.isReply,
        found.frame.address == address
      else { return [] }
      return answer(found)
    }
  }

  private mutating func answer(_ found: OSDPScanner.Found) -> [UInt8] {
    let frame = found.frame
    if busyCount > 0 {
      busyCount -= 1
      return OSDPFrame(address: address, isReply: true, sequence: 0, code: 0x79).bytes
    }
    if frame.sequence == 0 { hearing.last = nil }
    if let last = hearing.last, last.sequence == frame.sequence {
      return last.command == found.bytes ? last.reply : []
    }
    let reply = reply(to: frame)
    hearing.last = (frame.sequence, found.bytes, reply)
    return reply
  }

  private mutating func reply(to frame: OSDPFrame) -> [UInt8] {
    switch frame.security?.step {
    case .challenge:
      channel = nil
      var next = ReaderHandshake(key: key ?? .ofUnpaired, cipher: cipher)
      random &+= 1
      let own = (0..<8).map { random &+ UInt8($0 * 31) }
      guard let reply = next.answer(frame, client: [1, 2, 3, 4, 5, 6, 7, 8], random: own) else {
        return refusal(.securityBlock, frame)
      }
      handshake = next
      return reply.bytes
    case .cryptogram:
      guard let done = handshake?.finish(frame) else { return refusal(.securityBlock, frame) }
      channel = done.channel
      return done.reply.bytes
    case .command, .sealedCommand: return sealedReply(to: frame)
    case nil, .challengeReply, .cryptogramReply, .reply, .sealedReply:
      return refusal(.encryptionRequired, frame)
    }
  }

  private mutating func sealedReply(to frame: OSDPFrame) -> [UInt8] {
    guard var open = channel, let data = try? open.open(frame),
      let command = OSDPCommand(code: frame.code, data: data)
    else {
      channel = nil
      return refusal(.encryptionRequired, frame)
    }
    let reply = reply(to: command)
    let sealed = open.seal(
      reply.code, data: reply.data, address: frame.address, sequence: frame.sequence)
    channel = open
    if case .key(let bytes) = command, let new = try? ReaderKey(bytes) { key = new }
    if case .line(let address, let baud) = command {
      self.address = address
      speed = baud
    }
    return sealed.bytes
  }

  private mutating func reply(to command: OSDPCommand) -> OSDPReply {
    if command != .poll { record?.append(command) }
    switch command {
    case .poll: return events.isEmpty ? .acknowledged : events.removeFirst()
    case .identify:
      return .identity(
        OSDPIdentity(vendor: [1, 2, 3], model: 4, version: 5, serial: 6, firmware: [7, 8, 9]))
    case .capabilities: return .capabilities([OSDPCapability(function: 9, level: 1, count: 1)])
    case .localStatus: return .localStatus(isTampered: false, hasPowerFailure: false)
    case .line(let address, let baud): return .line(address: address, baud: baud)
    case .inputStatus: return lines.isThere ? .inputs(lines.inputs) : .refused(.unknownCommand)
    case .outputStatus: return lines.isThere ? .outputs(lines.outputs) : .refused(.unknownCommand)
    case .output(let commands): return lines.answer(commands)
    case .readerStatus: return .readers([0])
    case .lamp, .buzzer, .text, .key, .receiveSize, .keepActive, .manufacturer:
      return .acknowledged
    case .challenge, .cryptogram: return .refused(.unknownCommand)
    }
  }

  private func refusal(_ reason: OSDPRefusal, _ frame: OSDPFrame) -> [UInt8] {
    OSDPFrame(
      address: frame.address, isReply: true, sequence: frame.sequence, code: 0x41,
      data: [reason.code]
    ).bytes
  }
}
