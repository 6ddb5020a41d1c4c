// The check of tokens on the protected side: what keeps out a leader that no longer is one and does
// not know it. Needs decree/types.h alone: no library, no thread, no allocation.
#ifndef DECREE_FENCING_H_
#define DECREE_FENCING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "decree/types.h"

namespace decree {

/// A token as text, to be sent with a request and stored with what is protected: round, replica,
/// incarnation and slot in lower-case hexadecimal of fixed width, and a checksum (CRC-32C) of them:
///
///     0000000000000007-00000002-00c0ffee00c0ffee-000000000000002a-bb14130b
///
/// Texts are in the order of their tokens, so that a protected side that cannot include this header
/// (an SQL statement, a script) may compare them as strings.
class TokenText {
 public:
  static constexpr std::size_t kSize = 68;

  constexpr explicit TokenText(const Token& token) {
    std::size_t at = 0;
    put(token.ballot.round, 16, at);
    put(token.ballot.replica.value, 8, at);
    put(token.ballot.incarnation.value, 16, at);
    put(token.slot.value, 16, at);
    put(checksum(view().substr(0, at)), 8, at);
  }
  /// All of it. Lives as long as this.
  [[nodiscard]] constexpr std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  /// `digits` of `value` and, if anything follows, a dash.
  constexpr void put(std::uint64_t value, std::size_t digits, std::size_t& at) {
    for (std::size_t i = digits; i-- > 0; value >>= 4) {
      text_[at + i] = "0123456789abcdef"[value & 15];
    }
    at += digits;
    if (at < kSize) text_[at++] = '-';
  }
  static constexpr std::uint32_t checksum(std::string_view text) {
    std::uint32_t crc = 0xffffffff;
    for (const char each : text) {
      crc ^= static_cast<unsigned char>(each);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
    }
    return ~crc;
  }

  std::array<char, kSize> text_{};
};

/// What a text says. With a `problem`, which is part of a sentence, it says nothing: refuse.
struct ParsedToken {
  Token token;
  const char* problem = nullptr;  // or static text

  constexpr explicit operator bool() const { return problem == nullptr; }
};

/// The token whose TokenText is exactly `text`.
constexpr ParsedToken parse_token(std::string_view text) {
  const auto number = [text](std::size_t at, std::size_t digits) {
    std::uint64_t value = 0;
    for (const char each : text.substr(at, digits)) {
      const bool letter = each >= 'a' && each <= 'f';
      value = value << 4 | static_cast<std::uint64_t>(letter ? each - 'a' + 10 : (each - '0') & 15);
    }
    return value;
  };
  if (text.size() != TokenText::kSize) return {{}, "a token has 68 characters"};
  const auto replica = static_cast<std::uint32_t>(number(17, 8));
  const Token token{{number(0, 16), ReplicaId{replica}, Incarnation{number(26, 16)}},
                    Slot{number(43, 16)}};
  const TokenText again(token);  // whatever was no digit is not there again
  constexpr std::size_t kNumbers = 59;
  if (again.view().substr(0, kNumbers) != text.substr(0, kNumbers)) {
    return {{}, "a token is four numbers in lower-case hexadecimal, with dashes"};
  }
  if (again.view() != text) return {{}, "the token's checksum is wrong"};
  const bool owned = token.ballot && replica >= 1 && replica <= kMaxReplicaId;
  if (!owned && token != Token{}) return {{}, "no replica can own the token's ballot"};
  return {token, nullptr};
}

/// The protected side's memory: the greatest token that it has admitted. A smaller one comes from a
/// leader that has been replaced by one that was here: paused, cut off, or with a request that took
/// long. No lease keeps it out, for between its look at the clock and its request's arrival any
/// time may pass; only whoever is asked can (Burrows, "The Chubby lock service for loosely-coupled
/// distributed systems", section 2.4, sequencers; Kleppmann, "How to do distributed locking", 2016,
/// fencing).
///
/// What to keep, or it protects nothing:
/// - *Durable with the data.* Store TokenText(fence.greatest()) in the file, row or transaction of
///   the data that it protects, and go on from what is stored: Fence(parse_token(text)). A fence
///   that is lost, or comes back from an older copy than its data, lets old leaders in.
/// - *One step.* admit(), the change and making both durable must not interleave with another
///   request's: hold a lock, or use one transaction, from before admit() until they are durable.
/// - *Claim, then read.* A leader that bases a change on what it reads has its token admitted and
///   stored before it reads: from then on no older leader changes that.
/// - *One group.* Tokens of different groups have no order. A group that was restored from a backup
///   is another one and counts from the beginning: give its resources a new fence by hand.
///
/// An equal token is admitted: it is the same leadership, and its requests are the program's own to
/// order. Where they may overtake each other, use the tokens of replies: each command has one, and
/// a later command's is greater. A plain value without synchronisation.
class Fence {
 public:
  /// Admits every token of a leader.
  constexpr Fence() = default;
  /// Goes on from what was stored. If that has a problem, admits nothing: somebody has to look.
  constexpr explicit Fence(const ParsedToken& stored)
      : greatest_(stored ? stored.token : kAboveAll) {}

  /// True if the holder of `token` may act: then it is remembered. False changes nothing. The
  /// default token, which nobody owns, is refused.
  [[nodiscard]] constexpr bool admit(const Token& token) {
    if (!token.ballot || token < greatest_) return false;
    greatest_ = token;
    return true;
  }
  [[nodiscard]] constexpr const Token& greatest() const { return greatest_; }

  constexpr bool operator==(const Fence&) const = default;

 private:
  static constexpr Token kAboveAll{{~0ull, ReplicaId{~0u}, Incarnation{~0ull}}, Slot{~0ull}};

  Token greatest_;
};

}  // namespace decree

#endif  // DECREE_FENCING_H_
