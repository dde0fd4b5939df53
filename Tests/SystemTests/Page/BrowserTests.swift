import ChildProcesses
import Foundation
import Testing

@Suite(
  "The web page in a real browser (E4)", .blocking,
  .enabled(
    if: Browser.path != nil,
    "Chromium is not installed: `apt install chromium` lets these tests run"),
  .serialized)
struct BrowserTests {
  /// The folder of the pictures of each page, beside the built programs; the README shows one.
  private static var pictures: String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "console-pictures").path()
  }

  /// A world whose daemon serves the page on a free port of the loopback.
  private func world() throws -> (DoorWorld, url: String) {
    let world = try DoorWorld()
    world.daemonEnvironment["POSTERN_READER_FRONT_IN_BELL_CODE"] = "10"
    let port = try LoopbackPort.free()
    let text = try world.text("postern.yaml").replacingOccurrences(
      of: "console: {socket: \(world.folder.path)/postern.sock}",
      with:
        "console: {socket: \(world.folder.path)/postern.sock, web: {port: \(port)}}\n"
        + "clock: {assumeTrust: synchronised}")
    try Data(text.utf8).write(to: URL(filePath: world.folder.path + "/postern.yaml"))
    try Data(Self.facility.utf8).write(to: URL(filePath: world.folder.path + "/facility.json"))
    guard try world.open() else { throw Browser.Failure(description: "the door did not open") }
    try world.posterncloud(
      "credential", "issue", "--controller", "gate-1", "--person", "ada", "--pin", "1357",
      "--doors", "front")
    _ = try world.eventually { try world.status()?["credentials"] as? Int == 2 }
    return (world, "http://127.0.0.1:\(port)/")
  }

  private static let facility = """
    {"facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin",
      "areas": [{"id": "hall", "name": "Hall", "entryReaders": ["front-in"],
        "exitReaders": ["front-out"], "antiPassback": "off", "occupancy": {"most": 1}}],
      "plans": [{"id": "lockdown", "name": "Lockdown", "rank": 5, "drill": true,
        "levels": [{"doors": ["front"], "tags": ["guard"]}, {}]}],
      "holidays": [{"date": "2026-12-25", "name": "Christmas", "effect": "closed"}],
      "geofence": {"enabled": true, "center": {"lat": 52.52, "lng": 13.405},
        "radiusMeters": 120, "accuracyBufferMeters": 25}},
     "scopes": [{"id": "gym", "name": "Gym", "priority": 0, "doors": [],
      "accessHours": {"monday": [{"from": "07:00", "to": "21:30"}],
        "tuesday": [{"from": "07:00", "to": "21:30"}],
        "wednesday": [{"from": "07:00", "to": "12:00"}, {"from": "14:00", "to": "21:30"}],
        "thursday": [{"from": "07:00", "to": "21:30"}],
        "friday": [{"from": "18:00", "to": "02:00"}]},
      "autoUnlockSchedule": {"monday": [{"from": "09:00", "to": "11:00"}],
        "thursday": [{"from": "16:00", "to": "18:00"}]}}],
     "doors": [{"id": "front", "name": "Front door", "holdTimeSeconds": 3,
       "presentation": "cardOrPIN"}]}
    """

  /// Shows a diagnosis with one long finding; true when it fits.
  private static let longFinding = """
    (() => {
      put(content, h("section", { class: "card" }, diagnosisTable({ tookMilliseconds: 1, checks: [{
        id: "certificate." + "x".repeat(60), outcome: "failure",
        finding: "/var/lib/postern/" + "y".repeat(150) + " cannot be read",
        advice: "z".repeat(90) }] })));
      return [...content.querySelectorAll("*")].every((one) => one.scrollWidth <= one.clientWidth
        || getComputedStyle(one).display === "inline")
        && document.documentElement.scrollWidth <= innerWidth;
    })()
    """

  @Test(
    "E4: it signs in, badges, types a PIN, watches the relay and opens each page without an error",
    arguments: [("desktop", 1_280, 900, false), ("phone", 360, 800, true)])
  func played(_ name: String, _ width: Int, _ height: Int, _ isPhone: Bool) throws {
    let (world, url) = try world()
    let code = try #require(
      try world.postern("console", "login").output.split(separator: "\n").first)
    #expect(code.hasPrefix(url + "#"))
    let browser = try Browser(width: width, height: height, isPhone: isPhone)
    try browser.open(String(code))
    #expect(try browser.eventually("document.querySelector('[data-lock=secured]')"))
    func picture(_ page: String) throws {
      try browser.screenshot("\(Self.pictures)/\(name)-\(page).png")
    }
    func show(_ page: String, until ready: String) throws {
      _ = try browser.value("location.hash = '#\(page)'; null")
      #expect(try browser.eventually("content.dataset.page === '\(page)' && (\(ready))"), "\(page)")
      // Nothing is wider than the screen.
      #expect(
        try browser.value("document.documentElement.scrollWidth <= innerWidth") as? Bool == true,
        "\(page) is wider than \(width)")
    }

    // The virtual door, with mouse and keys.
    try show("panel", until: "document.querySelector('#badge-front-in')")
    try browser.click("#badge-front-in")
    #expect(try browser.eventually("document.querySelector('[data-lock=released]')"))
    #expect(world.relayIsOn)
    try picture("panel")
    #expect(try browser.eventually("document.querySelector('[data-lock=secured]')"))
    // On a busy machine the pause between two clicks may end the PIN; then it is
    // typed again.
    let isReleased = "document.querySelector('[data-lock=released]')"
    func typePIN() throws -> Bool {
      for key in ["1", "3", "5", "7", "#"] { try browser.click("[data-key=\"front-in\(key)\"]") }
      return try browser.eventually(isReleased)
    }
    #expect(try typePIN() || typePIN() || typePIN())
    try browser.click("#leaf-front")
    #expect(try browser.eventually("document.querySelector('.lock.open')"))
    try browser.click("#leaf-front")
    #expect(try browser.eventually("!document.querySelector('.lock.open')"))
    #expect(
      try browser.eventually("document.querySelector('[data-led=front-in]').dataset.seen > 0"))
    #expect(
      try browser.eventually("document.querySelector('[data-beeper=front-in]').dataset.seen > 0"))

    try show(
      "live", until: "document.querySelectorAll('[data-type=\"access.granted\"]').length >= 2")
    try picture("live")
    try show("frames", until: "document.querySelector('#frames-numbers')")
    try browser.click("#frames-numbers")
    // The stream may begin after the card, so the card is shown until a frame appears.
    #expect(
      try world.eventually {
        try world.postern("panel", "badge", "--facility", "12", "--card", "345")
        return try browser.value("Boolean(document.querySelector('[data-frame=frame] svg'))")
          as? Bool == true
      })
    try picture("frames")
    try show("hours", until: "document.querySelector('svg .block')")
    try picture("hours")

    try show("place", until: "document.querySelector('svg .circle') && latitude.value")
    try browser.click("#content form button")
    #expect(try browser.eventually("document.querySelector('[data-passed=true]')"))
    _ = try browser.value("latitude.value = 52.53; null")
    try browser.click("#content form button")
    #expect(try browser.eventually("document.querySelector('[data-passed=false]')"))
    try picture("place")

    // Ada's leaf opened above.
    try show("muster", until: "document.querySelector('[data-area=hall][data-count=\"1\"]')")
    #expect(try browser.eventually("document.querySelector('[data-person=ada]')"))
    #expect(try browser.value("content.textContent.includes('at most 1 (warn)')") as? Bool == true)
    try world.postern("panel", "fire", "on")
    #expect(try browser.eventually("content.textContent.includes('1 not seen leaving')"))
    try picture("muster")
    try world.postern("panel", "fire", "off")

    // A plan is practised, becomes serious, and ends; every page says what is in force.
    try show("plans", until: "document.querySelector('[data-plan=lockdown][data-state=off]')")
    _ = try browser.value("window.confirm = () => true; null")
    try browser.click("#plan-drill-lockdown")
    #expect(
      try browser.eventually(
        "document.getElementById('toast').textContent.includes('enter the reason')"))
    try browser.click("#plan-reason")
    try browser.type("alarm test")
    try browser.click("#plan-drill-lockdown")
    #expect(try browser.eventually("document.querySelector('[data-state=drill]')"))
    #expect(try browser.eventually("!banner.hidden && banner.textContent.includes('practised')"))
    try browser.click("#plan-start-lockdown")
    #expect(try browser.eventually("document.querySelector('[data-state=inForce]')"))
    #expect(try browser.eventually("banner.textContent.includes('by console: alarm test')"))
    #expect(
      try browser.value("content.textContent.includes('door front: tag \"guard\"')") as? Bool
        == true)
    try picture("plans")
    try show("doors", until: "!banner.hidden")
    try picture("doors-plan")
    try show("plans", until: "document.querySelector('#plan-end-lockdown')")
    try browser.click("#plan-reason")
    try browser.type("all clear")
    try browser.click("#plan-end-lockdown")
    #expect(try browser.eventually("document.querySelector('[data-state=off]') && banner.hidden"))

    try show("explain", until: "document.querySelector('#explain-person')")
    #expect(
      try browser.value("content.querySelectorAll('.card').length") as? Int == 1,
      "an answer is shown before there is one")
    try picture("explain-before")
    try browser.click("#explain-person")
    try browser.type("ada")
    try browser.click("#content form button")
    #expect(try browser.eventually("document.querySelector('[data-decision=grant]')"))
    try picture("explain")

    try show("health", until: "document.querySelector('[data-check=\"network.broker\"]')")
    try picture("health")
    // Paths and ids that cannot be broken anywhere stay inside of their card.
    #expect(
      try browser.value(Self.longFinding) as? Bool == true, "a long finding is wider than its card")
    try picture("health-long")
    try show("live", until: "true")
    try show("health", until: "document.querySelector('[data-check=\"network.broker\"]')")
    // A curve needs two samples; one comes every ten seconds.
    #expect(try browser.eventually("document.querySelectorAll('svg .curve').length >= 4"))
    _ = try browser.value(
      "document.querySelector('svg .curve').closest('section').scrollIntoView(); null")
    try picture("history")
    try show("doors", until: "document.querySelector('#identify-front')")
    try browser.click("#identify-front")
    #expect(
      try browser.eventually("document.getElementById('toast').textContent.includes('Three beeps')")
    )
    try picture("doors")
    #expect(try browser.value("content.textContent.includes('Locked')") as? Bool == true)
    try world.postern("panel", "keys", "*")
    #expect(try browser.eventually("document.querySelector('#bell-refuse-front')"))
    try picture("bell")
    try browser.click("#bell-refuse-front")
    #expect(try browser.eventually("!document.querySelector('#bell-refuse-front')"))

    try browser.click("#sign-out")
    #expect(try browser.eventually("document.querySelector('#code')"))
    try picture("sign-in")
    #expect(browser.complaints == [])
  }

  @Test("E4 D13: a sign-in code works once, and without one the page shows nothing")
  func once() throws {
    let (world, url) = try world()
    let offer = try world.postern("console", "login").output.split(separator: "\n")
    let address = String(try #require(offer.first))
    let first = try Browser(width: 800, height: 600, isPhone: false)
    try first.open(address)
    #expect(try first.eventually("document.querySelector('[data-lock]')"))
    let second = try Browser(width: 800, height: 600, isPhone: false)
    try second.open(address)
    #expect(try second.eventually("document.querySelector('#code')"))
    #expect(
      try second.value("fetch('/v1/status').then((answer) => answer.status)") as? Int == 401)
    #expect(try second.value("document.body.textContent.includes('gate-1')") as? Bool == false)
    #expect(url.hasPrefix("http://127.0.0.1:"))
  }
}
