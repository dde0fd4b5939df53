/// Somebody holds the broker at the worst time.
extension StoryMaker {
  /// The cache is lost and sent again; hours later it is lost once more, while somebody plays what was
  /// sent then. A person whose cards were withdrawn in between tries every door.
  mutating func lostCache(_ start: Int64) {
    guard kinds.contains(.disk), start > 0, random.chance(6) else { return }
    let first = timeOfDay(start)
    add(first, .fault(.cacheLost))
    guard kinds.contains(.attacks), random.chance(70) else { return }
    let person = random.int(0...site.people.count - 1)
    let withdrawn = first + Int64(random.int(600...7_200)) * 1_000
    add(
      withdrawn,
      .staff(random.chance(50) ? .cancel(person: person) : .setEnabled(person: person, false)))
    let pause = random.int(600...7_200)
    let siege = withdrawn + Int64(pause) * 1_000
    add(siege, .fault(.cacheLost))
    add(
      siege - 60_000,
      .attack(.rewind(seconds: 5_400, toSecondsAgo: pause, pauseSeconds: 90)))
    for door in site.doors.indices {
      for _ in 0..<2 {
        let at = siege + Int64(random.int(900...5_000)) * 1_000
        add(at, .badge(person: person, door: door, then: .enters, spoiled: nil))
      }
    }
  }

  /// The door hears nothing new for longer than it may go by its cache; then people come.
  mutating func silence(_ start: Int64) {
    guard kinds.contains(.attacks), site.offlineHours <= 24, random.chance(6) else { return }
    let begin = timeOfDay(start)
    let silent = site.offlineHours * 3_600
    add(
      begin,
      .attack(.siege(seconds: silent + 14_400, withheldPercent: 100, pauseSeconds: 120)))
    for person in site.people.indices {
      let at = begin + Int64(silent + random.int(3_600...14_000)) * 1_000
      add(at, .badge(person: person, door: door(of: person), then: .enters, spoiled: nil))
    }
  }
}
