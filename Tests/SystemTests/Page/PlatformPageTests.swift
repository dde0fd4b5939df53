import ChildProcesses
import Foundation
import Testing

@Suite(
  "The page of the HTTP API in a real browser (D17)", .blocking,
  .enabled(
    if: Browser.path != nil,
    "Chromium is not installed: `apt install chromium` lets these tests run"),
  .serialized)
struct PlatformPageTests {
  @Test(
    "D17: it signs in by a token, shows doors and what is late there, fits, and signs out",
    arguments: [("desktop", 1_280, 900, false), ("phone", 360, 800, true)])
  func looked(_ name: String, _ width: Int, _ height: Int, _ isPhone: Bool) throws {
    let world = try DoorWorld()
    try world.posterncloud("config", "push", "gate-1", world.folder.path + "/facility.json")
    let token = try world.posterncloud("token", "add", "desk", "--scopes", "read").output
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let port = try LoopbackPort.free()
    // Nobody answers at this broker; the page needs none.
    let server = try BuiltProgram("posterncloud").start(
      [
        "serve", "--port", "1", "--api-port", String(port), "--state",
        world.folder.path + "/cloud",
      ], log: world.folder.path + "/cloud.log")
    defer { server.end(SIGKILL) }
    let browser = try Browser(width: width, height: height, isPhone: isPhone)
    #expect(
      try world.eventually {
        try browser.open("http://127.0.0.1:\(port)/")
        return try browser.value("document.title === 'Postern'") as? Bool == true
      })
    #expect(try browser.eventually("document.readyState === 'complete'"))
    func signIn(_ token: String) throws {
      try browser.click("#token")
      try browser.type(token)
      try browser.click("#sign-in button")
    }
    try signIn(token)
    #expect(try browser.eventually("document.querySelector('.door')"))
    let shown = try browser.value("document.querySelector('.door').innerText") as? String ?? ""
    #expect(shown.contains("Front door") && shown.contains("gate-1:front"))
    #expect(shown.contains("the controller has never connected"))
    #expect(
      try browser.value("document.querySelector('h3').textContent") as? String
        == "The house (Europe/Berlin)")
    #expect(
      try browser.value("document.documentElement.scrollWidth <= innerWidth") as? Bool == true,
      "the page is wider than \(width)")
    #expect(browser.complaints == [])
    try browser.click("#leave")
    #expect(try browser.eventually("!document.querySelector('#sign-in').hidden"))
    #expect(try browser.value("sessionStorage.length") as? Int == 0)
    try signIn("postern_wrong")
    #expect(
      try browser.eventually("document.querySelector('#state').textContent.includes('unknown')"))
    #expect(try browser.value("document.querySelector('#house').hidden") as? Bool == true)
  }
}
