public import OSDPCodec

/// What a line tells of one of its readers. It has come over a secure channel of that reader, but for
/// faults.
public enum ReaderNews: Sendable, Hashable {
  /// The channel stands.
  case secured
  /// The reader is not there, or not believed.
  case offline(ReaderAbsence)
  case identity(OSDPIdentity)
  case capabilities([OSDPCapability])
  case card(OSDPCard)
  /// A card that came as digits.
  case formattedCard([UInt8])
  /// A card with a public key has answered the panel's own challenge; whether rightly, is to be checked.
  case proof(PKOCProof)
  /// A card with a public key was there, and is none for this reason.
  case notProved(PKOCFailure)
  /// As the keypad numbers them, see ``OSDPReply/keys(reader:keys:)``.
  case keys([UInt8])
  /// The case was opened, or closed again. Told on a change, and once when it is open at the start.
  case tamper(Bool)
  /// The reader's supply failed, or is back.
  case powerFailure(Bool)
  case inputs([Bool])
  case outputs([Bool])
  /// The reader has carried out a command to its outputs.
  case driven([OSDPOutput])
  /// The reader refused a command.
  case refused(code: UInt8, OSDPRefusal)
  /// Something on the line was not believed; at most one a minute and kind, with how often it came
  /// since the start.
  case fault(OSDPFault, count: Int)
  /// The reader has the new key and proved it.
  case paired
  /// The time for pairing is over, or the reader refused.
  case notPaired(PairingFailure)
}

/// Why a reader is not served. The names go into events and do not change.
public enum ReaderAbsence: String, Sendable, Hashable, CaseIterable {
  /// It was never paired: it has no key, and nothing is said to it.
  case unpaired
  /// It does not answer: no power, a cut or swapped pair, another address or speed.
  case silent
  /// It answers, but has another key: another reader, or one that was reset. Only a person pairs it.
  case wrongKey
  /// It answers, but refuses a secure channel.
  case refused
  /// It answers that it is busy, and nothing else.
  case busy
  /// The line's device is gone.
  case lineLost

  /// What it means and what to do, for a person. Each guess rests on what the line shows: a reader that
  /// never answers shows nothing of why.
  public func advice(for reader: String) -> String {
    switch self {
    case .unpaired:
      "it was never paired: set it to take a key, then `postern reader pair --reader \(reader)`"
    case .silent:
      "it does not answer: check its power, the two wires (A and B may be swapped), its address and"
        + " its speed"
    case .wrongKey:
      "it answers with another key: it is another reader, or was reset. If you know why, pair it:"
        + " `postern reader pair --reader \(reader)`"
    case .refused:
      "it refuses a secure channel: a reader that was reset wants to be paired; one that cannot speak"
        + " secured is not served"
    case .busy: "it says that it is busy and never ends: switch it off and on, or replace it"
    case .lineLost: "the device of its line is gone: plug the adapter in again"
    }
  }
}

/// Why a pairing did not come about.
public enum PairingFailure: String, Sendable, Hashable, CaseIterable {
  /// No reader answered with the key of an unpaired one within the time.
  case timeOver
  /// The reader refused the new key.
  case keyRefused
}

/// What was on the line and not believed. The names go into events and do not change.
public enum OSDPFault: String, Sendable, Hashable, CaseIterable {
  /// A packet with a wrong check, or that did not come whole.
  case check
  /// No answer in time.
  case noAnswer
  /// A right packet that answers another question: a doubled or replayed one.
  case sequence
  /// A packet of another address, or a second answer.
  case stray
  /// A packet in the clear where the channel stands.
  case notSecured
  /// A wrong MAC: changed, replayed or forged.
  case wrongMAC
  /// A cryptogram of another key.
  case wrongKey
  /// The answer names the key of an unpaired reader where another was asked for.
  case otherKey
  /// The MAC is right and the content is none.
  case unreadable
  /// Busy for longer than a reader may be.
  case busy

  /// Whether noise alone does not make it: somebody may be at the line.
  public var isSuspicious: Bool {
    switch self {
    case .check, .noAnswer, .stray, .unreadable, .busy: false
    case .sequence, .notSecured, .wrongMAC, .wrongKey, .otherKey: true
    }
  }
}
