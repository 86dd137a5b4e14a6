#include "cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace diptych::cli {

using namespace std::chrono_literals;

progress_bar::progress_bar(std::string what)
    : what_(std::move(what)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      next_(start_ + 200ms) {}

progress_bar::~progress_bar() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void progress_bar::show(std::uint64_t done, std::uint64_t of) {
    auto const now = std::chrono::steady_clock::now();
    if (!terminal_ || now < next_) return;
    next_ = now + 100ms;
    drawn_ = true;
    auto const took = std::chrono::duration<double>(now - start_).count();
    auto const rate = static_cast<double>(done) / took;
    if (of == 0) {
        fmt::print(stderr, "\r\x1b[K{}  {}  {:.0f}/s", what_, done, rate);
        return;
    }
    auto const part = static_cast<double>(done) / static_cast<double>(of);
    auto const filled = static_cast<std::size_t>(part * 30);
    auto const left = rate > 0 ? static_cast<double>(of - done) / rate : 0;
    fmt::print(
        stderr,
        "\r\x1b[K{}  [{:-<30}] {:3.0f} %  {}/{}  {:.0f}/s  {:.0f} s left",
        what_,
        std::string(filled, '#'),
        part * 100,
        done,
        of,
        rate,
        left
    );
}

std::function<void(std::string_view, std::uint64_t, std::uint64_t)> drawn_in(
    std::optional<progress_bar>& bar
) {
    return
        [&bar,
         now = std::string()](std::string_view what, std::uint64_t done, std::uint64_t of) mutable {
            if (!bar || now != what) bar.emplace(now = what);
            bar->show(done, of);
        };
}

}  // namespace diptych::cli
