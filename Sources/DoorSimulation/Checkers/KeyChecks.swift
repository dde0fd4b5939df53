import CloudProtocol
import DoorRules
import OSDPChannel
import OSDPCodec

/// Whoever listens on a line of readers learns no key, and nothing is asked outside of a channel.
final class NothingReadable: Checker {
  let sentence = "the controller sends nothing in the clear to a paired reader, and no key readable"

  /// The keys that ``search`` finds.
  private var keys: [[UInt8]] = []
  private var search = SecretSearch(numbers: [:], keys: [:])

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .line(.sent(let bytes)) = sight, let bus = world.rig.hardware.bus else { return nil }
    guard let frame = try? OSDPFrame(parsing: bytes), frame.security != nil else {
      return "a packet of \(bytes.count) bytes in the clear"
    }
    guard frame.data.count >= ReaderKey.byteCount else { return nil }
    if bus.keys != keys {
      keys = bus.keys
      search = SecretSearch(
        numbers: [:], keys: Dictionary(keys.map { (Hex.encode($0), $0) }) { first, _ in first })
    }
    return search.find(frame.data) == nil
      ? nil : "a packet to address \(frame.address) has a reader's key in it"
  }
}

/// A key that somebody else has, or had, is none.
final class FreshKeys: Checker {
  let sentence = "a reader that is paired gets a key that no reader had before"

  private var known: Set<[UInt8]> = [ReaderKey.ofUnpaired.reveal()]

  func see(_ sight: Sight, in world: World) -> String? {
    guard let bus = world.rig.hardware.bus else { return nil }
    switch sight {
    case .began:
      for door in world.site.doors.indices {
        if let key = bus.key(at: door) { known.insert(key.reveal()) }
      }
    case .line(.paired(let door)):
      guard let key = bus.key(at: door), known.insert(key.reveal()).inserted else {
        return "the reader of door \(door)"
      }
    case .ended, .lock, .exitPressed, .presented, .recorded, .committed, .said, .logged,
      .waitedForDisk, .cloudTook, .commandSent, .stepped, .over, .line:
      break
    }
    return nil
  }
}

/// A reader that was replaced waits for a person.
final class PairedByPerson: Checker {
  let sentence = "a reader gets another key only while a person pairs it"

  func see(_ sight: Sight, in world: World) -> String? {
    guard case .line(.paired(let door)) = sight, let bus = world.rig.hardware.bus,
      !bus.isPairedByPerson(door)
    else { return nil }
    return "the reader of door \(door)"
  }
}
