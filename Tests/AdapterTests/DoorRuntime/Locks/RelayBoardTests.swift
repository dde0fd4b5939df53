import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("The board of the relays falls off and comes back (A4, H2)")
struct RelayBoardTests {
  private func order(_ change: ModeOrder.Change) -> ModeOrder {
    ModeOrder(
      door: ShellWorld.door, change: change, by: "ada", reason: "move", seconds: 3_600)
  }

  @Test("a mode that is ordered while the board is away is told so, and in force once it is back")
  func mode() throws {
    let world = try ShellWorld()
    world.lines.setBoard(gone: true)
    let error = #expect(throws: PortError.self) {
      try world.shell.site.set(order(.forceOpen))
    }
    #expect(error?.operation == "drive relay of door front")
    #expect(error?.detail.contains("the order is in force") == true, "\(error as Any)")
    world.pass(milliseconds: 5_000)
    #expect(!world.isReleased)
    world.lines.setBoard(gone: false)
    world.pass(milliseconds: 1_000)
    #expect(world.isReleased)
  }

  @Test("whoever leaves just after it came back waits for no periodic check")
  func leaving() throws {
    let world = try ShellWorld()
    world.lines.setBoard(gone: true)
    world.pass(milliseconds: 1_500)
    world.lines.setBoard(gone: false)
    world.set(.requestToExit(ShellWorld.door), active: true)
    world.pass(milliseconds: 50)
    #expect(world.isReleased)
  }
}
