#include "bench/peers/peer_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decree::bench {
namespace {

using ::testing::HasSubstr;

PeerRow row(const std::string& system, std::uint32_t outstanding, double p50_us, double per_s) {
  PeerRow row;
  row.system = system;
  row.commits.payload_bytes = 256;
  row.commits.outstanding = outstanding;
  row.commits.p50_us = p50_us;
  row.commits.commits_per_s = per_s;
  return row;
}

TEST(PeerPlot, DrawsTwoCurvesForEachSystem) {
  const std::string script =
      peer_plot_script("out.svg", {row("decree", 1, 10, 100), row("etcd", 1, 20, 50),
                                   row("decree", 64, 30, 900), row("etcd", 64, 40, 700)});
  EXPECT_THAT(script, HasSubstr("set output 'out.svg'"));
  EXPECT_THAT(script, HasSubstr("$system0 << EOD\n1 10 100\n64 30 900\nEOD\n"));
  EXPECT_THAT(script, HasSubstr("$system1 << EOD\n1 20 50\n64 40 700\nEOD\n"));
  EXPECT_THAT(script, HasSubstr("set ylabel 'p50, us'\nplot $system0 using 1:2"));
  EXPECT_THAT(script, HasSubstr("set ylabel 'commits a second'\nplot $system0 using 1:3"));
  EXPECT_THAT(script, HasSubstr("$system1 using 1:3 with linespoints lc 2 pt 7 ps 0.5 title "
                                "'etcd, 256 bytes'"));
}

}  // namespace
}  // namespace decree::bench
