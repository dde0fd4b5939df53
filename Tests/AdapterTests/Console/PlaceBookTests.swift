import Testing

@testable import HTTPServing

@Suite("Places of a server (E4, F3)")
struct PlaceBookTests {
  /// A moment at which everybody has waited long enough.
  private static let late: Int64 = 100_000

  @Test("nobody goes before the last place is taken; then who has waited longest does")
  func oldest() {
    var book = PlaceBook<Int>(most: 4)
    for id in 1...3 { book.enter(id, from: "a", at: Int64(id)) }
    #expect(book.leaver(at: Self.late) == .nobody)
    book.enter(4, from: "a", at: 4)
    #expect(book.leaver(at: Self.late) == .now(1))
    #expect(book.leaver(at: Self.late) == .nobody)
    // One that was answered just now waits from then on.
    book.asked(2)
    book.answered(2, at: 5)
    book.enter(5, from: "a", at: 6)
    #expect(book.leaver(at: Self.late) == .now(3))
  }

  @Test("whoever came just now has a quarter of a second to ask, and not a millisecond more")
  func patience() {
    var book = PlaceBook<Int>(most: 2)
    book.enter(1, from: "a", at: 1_000)
    book.enter(2, from: "a", at: 1_100)
    #expect(book.leaver(at: 1_100) == .later(150))
    #expect(book.leaver(at: 1_249) == .later(1))
    #expect(book.leaver(at: 1_250) == .now(1))
  }

  @Test("whoever is being answered stays; where all are, nobody goes")
  func asking() {
    var book = PlaceBook<Int>(most: 2)
    for id in 1...2 {
      book.enter(id, from: "a", at: 0)
      book.asked(id)
    }
    #expect(book.leaver(at: Self.late) == .nobody)
    book.answered(2, at: 1)
    #expect(book.leaver(at: Self.late) == .now(2))
  }

  @Test("an address that has the most places gives one up, though another has waited longer")
  func crowd() {
    var book = PlaceBook<Int>(most: 8)
    book.enter(0, from: "desk", at: 0)
    for id in 1...300 {
      book.enter(id, from: "crowd", at: Int64(id))
      let leaver = book.leaver(at: Self.late)
      #expect(leaver == (id < 7 ? .nobody : .now(id - 6)))
    }
    // The desk comes again, and is not the one that goes.
    book.enter(301, from: "desk", at: 301)
    #expect(book.leaver(at: Self.late) == .now(295))
  }

  @Test("one place is still one, and who left is forgotten")
  func one() {
    var book = PlaceBook<Int>(most: 0)
    book.enter(1, from: "a", at: 0)
    book.left(1)
    #expect(book.leaver(at: Self.late) == .nobody)
    book.enter(2, from: "a", at: 0)
    #expect(book.leaver(at: Self.late) == .now(2))
  }
}
