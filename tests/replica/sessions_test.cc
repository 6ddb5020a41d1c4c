#include "replica/sessions.h"

#include <gtest/gtest.h>

namespace decree::replica {
namespace {

TEST(Sessions, TheLeastRecentlyUsedOneIsEvicted) {
  Sessions sessions;
  Slot slot{1};
  for (std::size_t i = 0; i < Sessions::kMaxSessions; ++i, slot = slot.next()) {
    sessions.open(ClientId{slot.value}, slot);
  }
  EXPECT_EQ(sessions.check(ClientId{1}, Sequence{1}, slot), Sessions::Verdict::fresh);
  slot = slot.next();
  sessions.open(ClientId{slot.value}, slot);
  EXPECT_EQ(sessions.check(ClientId{1}, Sequence{1}, slot.next()), Sessions::Verdict::fresh);
  EXPECT_EQ(sessions.check(ClientId{2}, Sequence{1}, slot.next().next()),
            Sessions::Verdict::unknown);
}

}  // namespace
}  // namespace decree::replica
