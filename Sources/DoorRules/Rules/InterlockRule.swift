/// Of the doors in one interlock, a member can open one only while the others are locked and
/// closed. The exit button does not come here: nobody is kept inside.
func interlockRule(_ question: RuleQuestion) -> RuleAnswer {
  guard let other = question.request.interlockedBy else {
    return .pass("no other door of an interlock stands in the way")
  }
  return .deny(.interlocked, "door \(other) of the same interlock is not locked and closed")
}
