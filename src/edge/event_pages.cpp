#include "edge/event_pages.hpp"

#include "edge/event_json.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::edge {

namespace {

constexpr std::size_t few_events = 16;
constexpr std::size_t many_events = 256;
constexpr std::size_t small_event = 4u << 10;

/// Reads and writes piece by piece; `read` takes how many, and where the page has ended so far.
template <class Read>
result<page_end> write_pieces(json::writer& to, std::size_t limit, direction way, Read read) {
    page_end end;
    reading_pace pace;
    auto const wanted = [&] { return std::min(pace.events(), limit - end.count); };
    auto const begun_at = to.text().size();
    for (bool first = true; first || (!end.at_end && end.count < limit); first = false) {
        DIPTYCH_TRY(auto const some, read(wanted(), end));
        if (first || way == direction::forward) end.seen = some.seen();
        end.at_end = some.at_end();
        for (auto const& event : some) {
            write_event(to, event);
            ++end.count;
            end.last = {event.epoch, event.position};
            end.last_version = event.version;
            if (to.text().size() - begun_at < page_bytes_max || &event == &some.events().back())
                continue;
            end.at_end = false;
            if (way == direction::forward) end.seen = {event.epoch, event.position};
            return end;
        }
        if (to.text().size() - begun_at >= page_bytes_max) return end;
        pace.note(some);
    }
    return end;
}

}  // namespace

void reading_pace::note(page const& some) {
    std::size_t bytes = 0;
    for (auto const& event : some) bytes += event.data.size() + event.metadata.size();
    events_ = bytes > some.size() * small_event ? few_events : std::min(2 * events_, many_events);
}

result<page_end> write_events(json::writer& to, event_log const& log, read_options how) {
    return write_pieces(
        to,
        how.limit,
        how.direction,
        [&](std::size_t limit, page_end const& so_far) {
            how.limit = limit;
            if (so_far.count > 0)
                how.after = how.direction == direction::forward ? so_far.seen.position
                                                                : so_far.last.position;
            return log.read(how);
        }
    );
}

result<page_end> write_events(
    json::writer& to, event_log const& log, std::string_view stream, stream_options how
) {
    return write_pieces(
        to,
        how.limit,
        how.direction,
        [&](std::size_t limit, page_end const& so_far) -> result<page> {
            how.limit = limit;
            bool const back = how.direction == direction::backward;
            if (back && so_far.count > 0 && so_far.last_version.value == 1) return page{};
            if (so_far.count > 0)
                how.from = back ? so_far.last_version - 1 : so_far.last_version + 1;
            return log.read_stream(stream, how);
        }
    );
}

}  // namespace diptych::edge
