/// Of the doors in one interlock, a member can open one only while the others are locked and
/// closed. Neither the exit button nor a way that only leads out waits for another door:
/// nobody is kept inside.
let interlockRule = AccessRule("InterlockRule", whoeverLeaves: .passes) { question in
  guard let other = question.request.interlockedBy else {
    return question.pass("no other door of an interlock stands in the way")
  }
  return question.deny(.interlocked, "door \(other) of the same interlock is not locked and closed")
}
