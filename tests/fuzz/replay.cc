// Runs a fuzz target without libFuzzer, so that every build tests it: once on each file of its
// corpus, then on inputs that are made of these, the same ones each time.
//
// usage: fuzz_TARGET FILE_OR_DIRECTORY [NUMBER_OF_MADE_INPUTS]
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMostBytes = 4096;
constexpr unsigned kMostSeconds = 60;  // for one input, which takes milliseconds
constexpr char kFailedInput[] = "failed-input";

Bytes running;

/// Keeps the input that ended the process. It is about to end anyhow: nothing can get worse.
void keep_input(int signal) {
  std::signal(signal, SIG_DFL);
  if (std::FILE* file = std::fopen(kFailedInput, "wb")) {
    static_cast<void>(std::fwrite(running.data(), 1, running.size(), file));
    static_cast<void>(std::fclose(file));
    static_cast<void>(std::fprintf(stderr, "the input is kept in %s\n", kFailedInput));
  }
  static_cast<void>(std::raise(signal));
}

void run(const Bytes& input) {
  running = Bytes(input.begin(), input.end());  // a sanitizer sees the first byte behind it
  ::alarm(kMostSeconds);
  LLVMFuzzerTestOneInput(running.data(), running.size());
}

Bytes content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Bytes> corpus_in(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(path)) return {content_of(path)};
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus;
  corpus.reserve(files.size());
  for (const auto& file : files) corpus.push_back(content_of(file));
  return corpus;
}

class Maker {
 public:
  explicit Maker(const std::vector<Bytes>& corpus) : corpus_(corpus) {}

  Bytes make() {
    Bytes bytes = below(4) == 0 || corpus_.empty() ? noise(below(512)) : any();
    for (std::size_t changes = 1 + below(6); changes > 0; --changes) change(bytes);
    if (bytes.size() > kMostBytes) bytes.resize(kMostBytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }
  const Bytes& any() { return corpus_[below(corpus_.size())]; }
  Bytes noise(std::size_t size) {
    Bytes bytes(size);
    std::ranges::generate(bytes, [this] { return byte(); });
    return bytes;
  }

  void change(Bytes& bytes) {
    if (bytes.empty()) bytes = noise(64);
    const std::size_t at = below(bytes.size());
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t most = std::min<std::size_t>(bytes.size() - at, 32);
    const auto count = static_cast<std::ptrdiff_t>(1 + below(most));
    constexpr std::array<std::uint8_t, 6> kExtremes{0, 1, 0x7f, 0x80, 0xfe, 0xff};
    switch (below(6)) {
      case 0:
        *place ^= static_cast<std::uint8_t>(1u << below(8));
        return;
      case 1:
        *place = byte();
        return;
      case 2:
        std::fill_n(place, count, kExtremes.at(below(kExtremes.size())));
        return;
      case 3:
        bytes.erase(place, place + count);
        return;
      case 4: {
        const Bytes more = noise(1 + below(16));
        bytes.insert(place, more.begin(), more.end());
        return;
      }
      default: {
        const Bytes other = corpus_.empty() ? noise(64) : any();
        const auto size = static_cast<std::ptrdiff_t>(std::min(other.size(), bytes.size() - at));
        std::copy_n(other.begin(), size, place);
      }
    }
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937_64 random_{1};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    static_cast<void>(std::fprintf(stderr, "usage: %s FILE_OR_DIRECTORY [NUMBER]\n", argv[0]));
    return 2;
  }
  std::signal(SIGABRT, keep_input);
  std::signal(SIGSEGV, keep_input);
  std::signal(SIGALRM, keep_input);
  const std::vector<Bytes> corpus = corpus_in(argv[1]);
  for (const Bytes& input : corpus) run(input);
  Maker maker(corpus);
  const unsigned long number = argc < 3 ? 0 : std::strtoul(argv[2], nullptr, 10);
  for (unsigned long i = 0; i < number; ++i) run(maker.make());
  static_cast<void>(std::printf("%zu inputs of the corpus, %lu made\n", corpus.size(), number));
}
