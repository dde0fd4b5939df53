// Loops over any collection take a block from the heap for each element where code is not optimised. A
// decision takes none.
extension Array {
  func each(_ body: (Element) -> Void) {
    var place = 0
    while place < count {
      body(self[place])
      place += 1
    }
  }

  /// The first element that fits; nil when none does.
  func first(fitting fits: (Element) -> Bool) -> Element? {
    var place = 0
    while place < count {
      if fits(self[place]) { return self[place] }
      place += 1
    }
    return nil
  }
}
