import CloudProtocol
import DoorCore
import DoorPorts
package import DoorRules
import Foundation
import Logging

/// What the core wants kept over a restart.
extension DoorShell {
  func keep(_ memory: Memory, at now: Moment) {
    let state = ports.state
    switch memory {
    case .lockout(let reader, let lockout):
      keep(
        KeptLockout(lockout, at: now).bytes, forKey: KeptLockout.key(of: reader),
        "the lockout of reader \(reader)")
    case .cardLockouts(let lockouts):
      keep(
        KeptLockout.bytes(ofCards: lockouts, at: now), forKey: KeptLockout.cardsKey,
        "the lockouts of cards")
    case .firstPerson(let door, let came):
      keep(
        came.map(PresenceBook.bytes(of:)), forKey: StartState.firstPersonKey(of: door),
        "the first person at door \(door)")
    case .presence(let person, let area, let presence):
      do throws(PortError) {
        try self.presence.note(presence, of: person, in: area, state)
      } catch {
        return logger.error("where \(person) is was not noted: \(error)")
      }
      keep(
        self.presence.bytes(of: person), forKey: PresenceBook.key(of: person),
        "where \(person) is")
    }
  }

  private func keep(_ value: [UInt8]?, forKey key: String, _ what: String) {
    let state = ports.state
    write(what) { () throws(PortError) in try state.setValue(value, forKey: key) }
  }

  /// The holder with what this door remembers: uses where anybody counts them, and where the
  /// person was last seen where an area asks.
  func withMemory(_ holder: CredentialHolder) throws(PortError) -> CredentialHolder {
    var holder = holder
    if let credential = holder.credential, credential.countsUses {
      holder.use = try uses.use(of: credential.id, in: ports.state)
    }
    if !controller.policy.facility.areas.isEmpty {
      holder.presence = try presence.presence(of: holder.person.id, in: ports.state)
    }
    return holder
  }

  /// Anti-passback: a person, or everybody for nil, counts as outside everywhere. Recorded.
  package func forgive(_ person: PersonID?, by: String) {
    let now = moment()
    if let person {
      presence.forgive(person)
      keep(nil, forKey: PresenceBook.key(of: person), "that \(person) was forgiven")
    } else {
      presence.forgiveEverybody(at: now.wall)
      keep(
        PresenceBook.bytes(of: now.wall), forKey: PresenceBook.forgivenKey,
        "that everybody was forgiven")
    }
    record(
      drafts.draft(
        .adminAntiPassbackForgiven, at: now, person: person?.rawValue, detail: ["by": by]))
  }
}
