import Foundation
import Testing

@Suite("An old copy of the state folder is restored (C5, C7, D5)", .serialized, .blocking)
struct RolledBackDoorTests {
  /// Ends the daemon, runs `change` on its folder, and starts it again.
  private func stopped(_ world: DoorWorld, _ change: () throws -> Void) throws {
    world.killDaemon(SIGTERM)
    try change()
    try world.startDaemon()
    #expect(world.eventually { world.relayIsOff })
  }

  @Test(
    "after the reconciliation: no order is taken twice, no key opens that the cloud withdrew")
  func afterReconciliation() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let desk = try HandOverDesk(world, "desk")
    world.stopBroker()
    #expect(world.eventually { !world.isConnected })
    try stopped(world) { try world.copy("state", to: "state.virgin") }
    let orders = try [3001, 3002].map { card in
      try desk.sign(
        "issue", "k-\(card - 3000)",
        ["--person", "guest", "--card", "H10301:12:\(card)", "--doors", "front", "--until", "+2d"])
    }
    let (first, second) = (orders[0], orders[1])
    for order in [first, second] { #expect(try world.postern("hand-over", order).status == 0) }
    try stopped(world) { try world.copy("state", to: "state.issued") }

    // The cloud takes over both keys and revokes one; an unlock is carried out.
    try world.startBroker()
    #expect(try world.eventually { try world.decided().count == 2 })
    #expect(try world.decided() == ["k-1": "confirmed", "k-2": "confirmed"])
    #expect(try world.eventually { try world.reconciled() == ["k-1", "k-2"] })
    #expect(try world.posterncloud("credential", "revoke", "k-2").status == 0)
    #expect(try world.eventually { try !world.opens(card: 3002) })
    #expect(try world.posterncloud("unlock", "gate-1", "front", "--reason", "parcel").status == 0)
    #expect(try world.everyEventIsAtTheCloudOnce())

    // Restored to the time before reconciliation, and to before the hand-over.
    for copy in ["state.issued", "state.virgin"] {
      world.stopBroker()
      #expect(world.eventually { !world.isConnected })
      try stopped(world) { try world.copy(copy, to: "state") }
      #expect(world.relayIsOff, "\(copy): the unlock is not done again")
      if copy == "state.issued" {
        let replayed = try world.postern("hand-over", first)
        #expect(replayed.status == 1 && replayed.errors.contains("replayed"), "\(replayed.errors)")
        // The desk's last order is answered again, and changes nothing.
        let count = try keyEvents(world)
        #expect(try world.postern("hand-over", second).status == 0)
        #expect(try keyEvents(world) == count)
      }
      try world.startBroker()
      #expect(world.eventually { world.isConnected })
      #expect(try world.eventually { try !world.opens(card: 3002) }, "\(copy)")
      #expect(try world.eventually { try world.opens(card: 3001) }, "\(copy)")
      for order in [first, second] {
        let replayed = try world.postern("hand-over", order)
        #expect(
          replayed.status == 1
            && (replayed.errors.contains("exists") || replayed.errors.contains("replayed")),
          "\(copy): \(replayed.output)\(replayed.errors)")
      }
      #expect(try !world.opens(card: 3002) && world.opens(card: 3001), "\(copy)")
      #expect(try world.everyEventIsAtTheCloudOnce(), "\(copy)")
    }
    // A second report changed nothing: a late report does not undo the revocation.
    let taken = try world.taken()
    #expect(taken["k-1"]?.reason == "it is known already", "\(taken)")
    #expect(taken["k-2"]?.outcome == "revoked", "\(taken)")
    let unlocks = try world.cloudEvents().count { $0.type == "postern.access.adminUnlock.v1" }
    #expect(unlocks == 1)
  }

  private func keyEvents(_ world: DoorWorld) throws -> Int {
    try world.doorEvents().count { ($0["type"] as? String)?.hasPrefix("lock.key.") == true }
  }

  @Test("an order that is replayed into an older copy is reported, and the cloud decides about it")
  func replayedIntoTheCopy() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let desk = try HandOverDesk(world, "desk")
    try stopped(world) { try world.copy("state", to: "state.virgin") }
    let order = try desk.sign(
      "issue", "k-1",
      ["--person", "guest", "--card", "H10301:12:3001", "--doors", "front", "--until", "+2d"])
    #expect(try world.postern("hand-over", order).status == 0)
    #expect(try world.eventually { try world.reconciled() == ["k-1"] })
    #expect(try world.posterncloud("credential", "revoke", "k-1").status == 0)
    #expect(try world.eventually { try !world.opens(card: 3001) })

    world.stopBroker()
    #expect(world.eventually { !world.isConnected })
    try stopped(world) { try world.copy("state.virgin", to: "state") }
    // Whoever writes the disk and cuts the door off its cloud gets what the order grants.
    let handed = try world.postern("hand-over", order)
    #expect(handed.status == 0, "\(handed.errors)")
    try world.startBroker()
    #expect(try world.eventually { try world.decided() == ["k-1": "revoked"] })
    #expect(try world.eventually { try !world.opens(card: 3001) })
    let again = try world.postern("hand-over", order)
    #expect(again.status == 1 && again.errors.contains("replayed"), "\(again.errors)")
    #expect(try !world.opens(card: 3001))
    #expect(try world.everyEventIsAtTheCloudOnce())
  }
}
