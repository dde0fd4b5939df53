public import OSDPCodec

/// Why a secure channel did not come about, or a packet of it was not believed.
public enum ChannelFault: String, Error, Sendable, Hashable, CaseIterable {
  /// The reader's cryptogram is of another key: another reader, or one that was reset.
  case wrongKey
  /// The reader did not accept the panel's cryptogram.
  case refused
  /// The key that the reader says it uses is not the one that was asked for.
  case otherKey
  /// Its MAC is wrong: changed, replayed, or of another channel.
  case wrongMAC
  /// In the clear, or of a step that does not fit.
  case notSecured
  /// The MAC is right, but what it covers cannot be read.
  case unreadable
}

/// The three keys of one channel.
struct SessionKeys: Sendable {
  let encryption: [UInt8]
  let firstMAC: [UInt8]
  let lastMAC: [UInt8]

  init(_ key: ReaderKey, panelRandom: [UInt8], cipher: any BlockCipher) {
    func derived(_ kind: UInt8) -> [UInt8] {
      let head = [0x01, kind] + panelRandom.prefix(6)
      return cipher.encrypt(head + [UInt8](repeating: 0, count: 8), key: key.reveal())
    }
    encryption = derived(0x82)
    firstMAC = derived(0x01)
    lastMAC = derived(0x02)
  }

  /// The MAC before the first packet.
  func start(of panelCryptogram: [UInt8], cipher: any BlockCipher) -> [UInt8] {
    cipher.encrypt(cipher.encrypt(panelCryptogram, key: firstMAC), key: lastMAC)
  }
}

/// The panel's side of the handshake: challenge, the reader's cryptogram, the panel's, the first MAC.
public struct PanelHandshake: Sendable {
  private let key: ReaderKey
  private let nonce: [UInt8]
  private let cipher: any BlockCipher
  private let keys: SessionKeys
  private var cryptogram: [UInt8]?

  /// `random` are eight bytes that were never used before.
  public init(key: ReaderKey, random: [UInt8], cipher: any BlockCipher) {
    self.key = key
    nonce = random
    self.cipher = cipher
    keys = SessionKeys(key, panelRandom: random, cipher: cipher)
  }

  private var keyByte: UInt8 { key.isOfUnpaired ? 0 : 1 }

  public func challenge(to address: UInt8, sequence: UInt8) -> OSDPFrame {
    let command = OSDPCommand.challenge(nonce)
    return OSDPFrame(
      address: address, isReply: false, sequence: sequence,
      security: .init(.challenge, data: [keyByte]), code: command.code, data: command.data)
  }

  /// Believes the reader's cryptogram, and gives the panel's.
  public mutating func answer(
    _ frame: OSDPFrame, sequence: UInt8
  ) throws(ChannelFault) -> OSDPFrame {
    guard frame.security?.step == .challengeReply,
      case .challenge(_, let readerRandom, let answer)? = OSDPReply(
        code: frame.code, data: frame.data)
    else { throw .notSecured }
    guard frame.security?.data == [keyByte] else { throw .otherKey }
    let expected = cipher.encrypt(nonce + readerRandom, key: keys.encryption)
    guard isSame(expected, answer) else { throw .wrongKey }
    let mine = cipher.encrypt(readerRandom + nonce, key: keys.encryption)
    cryptogram = mine
    let command = OSDPCommand.cryptogram(mine)
    return OSDPFrame(
      address: frame.address, isReply: false, sequence: sequence,
      security: .init(.cryptogram, data: [keyByte]), code: command.code, data: command.data)
  }

  /// The reader has accepted the cryptogram: the channel stands.
  public func finish(_ frame: OSDPFrame) throws(ChannelFault) -> SecureChannel {
    guard frame.security?.step == .cryptogramReply, let cryptogram,
      case .firstMAC(let mac)? = OSDPReply(code: frame.code, data: frame.data)
    else { throw .notSecured }
    guard frame.security?.data == [1] else { throw .refused }
    let start = keys.start(of: cryptogram, cipher: cipher)
    guard isSame(start, mac) else { throw .wrongMAC }
    return SecureChannel(side: .panel, keys: keys, start: start, cipher: cipher)
  }
}

/// The reader's side of the handshake, for readers that are simulated.
public struct ReaderHandshake: Sendable {
  private let key: ReaderKey
  private let cipher: any BlockCipher
  private var nonce: [UInt8] = []
  private var panelRandom: [UInt8] = []

  public init(key: ReaderKey, cipher: any BlockCipher) {
    self.key = key
    self.cipher = cipher
  }

  private var keyByte: UInt8 { key.isOfUnpaired ? 0 : 1 }

  /// Answers a challenge; nil when it is none for this key. `client` and `random` are eight bytes.
  public mutating func answer(
    _ frame: OSDPFrame, client: [UInt8], random: [UInt8]
  ) -> OSDPFrame? {
    guard frame.security == .init(.challenge, data: [keyByte]),
      case .challenge(let panelRandom)? = OSDPCommand(code: frame.code, data: frame.data)
    else { return nil }
    nonce = random
    self.panelRandom = panelRandom
    let keys = SessionKeys(key, panelRandom: panelRandom, cipher: cipher)
    let reply = OSDPReply.challenge(
      client: client, random: random,
      cryptogram: cipher.encrypt(panelRandom + random, key: keys.encryption))
    return OSDPFrame(
      address: frame.address, isReply: true, sequence: frame.sequence,
      security: .init(.challengeReply, data: [keyByte]), code: reply.code, data: reply.data)
  }

  /// Answers the panel's cryptogram; the channel is nil when it is wrong. Nil before a challenge.
  public func finish(_ frame: OSDPFrame) -> (reply: OSDPFrame, channel: SecureChannel?)? {
    guard frame.security?.step == .cryptogram, !panelRandom.isEmpty,
      case .cryptogram(let theirs)? = OSDPCommand(code: frame.code, data: frame.data)
    else { return nil }
    let keys = SessionKeys(key, panelRandom: panelRandom, cipher: cipher)
    let isRight = isSame(theirs, cipher.encrypt(nonce + panelRandom, key: keys.encryption))
    let start = keys.start(of: theirs, cipher: cipher)
    let answer = OSDPReply.firstMAC(start)
    let reply = OSDPFrame(
      address: frame.address, isReply: true, sequence: frame.sequence,
      security: .init(.cryptogramReply, data: [isRight ? 1 : 0xFF]), code: answer.code,
      data: answer.data)
    guard isRight else { return (reply, nil) }
    return (reply, SecureChannel(side: .reader, keys: keys, start: start, cipher: cipher))
  }
}
