#include "log/segments/index_reader.hpp"

#include "log/segments/index_batch.hpp"
#include "log/segments/index_chunk_row.hpp"
#include "log/segments/index_hash.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::log::segments {

namespace {

std::string stored_key(posting_key key) {
    auto const kind = key.kind == posting_kind::home ? posting_kind::name : key.kind;
    return list_key(static_cast<char>(kind), key.text);
}

file_identity identity_of(sqlite::location const& file) {
    auto const found = file.disk().look_at(file.path);
    return found ? file_identity{found->identity} : std::nullopt;
}

}  // namespace

result<std::unique_ptr<index_reader>> index_reader::open(
    sqlite::location const& file, uuid const& log_id
) {
    auto made = std::make_unique<index_reader>();
    made->file_ = file;
    made->identity_ = identity_of(file);
    DIPTYCH_TRY(made->database_, open_index_to_read(file, log_id));
    auto const& opened = made->database_;
    DIPTYCH_TRY(made->begin_, opened.prepare("begin"));
    DIPTYCH_TRY(made->end_, opened.prepare("commit"));
    DIPTYCH_TRY(made->checkpoint_, checkpoint_reader::prepare(opened));
    auto const* names = "postings";
    for (auto& [ascending, descending] : made->tables_) {
        auto const columns = std::string{"select first, last, before, homes, body from "} + names;
        DIPTYCH_TRY(
            ascending,
            opened.prepare(
                columns + " where key = ?1 and first >= coalesce((select max(first) from " + names +
                " where key = ?1 and first <= ?2), 0) order by first"
            )
        );
        DIPTYCH_TRY(
            descending,
            opened.prepare(columns + " where key = ?1 and first < ?2 order by first desc")
        );
        names = "recent_postings";
    }
    DIPTYCH_TRY(made->ids_, id_reader::prepare(opened));
    DIPTYCH_TRY(made->answers_, answer_reader::prepare(opened));
    DIPTYCH_TRY(made->select_state_, opened.prepare("select bytes from states where name = ?1"));
    return made;
}

result<index_checkpoint> index_reader::begin() {
    DIPTYCH_TRY(begin_.run());
    auto at = checkpoint_.read();  // The first read: only now is the snapshot taken.
    if (!at) (void)end_.run();
    return at;
}

result<void> index_reader::end() { return end_.run(); }

bool index_reader::is_current() const {
    return !database_.is_unguarded() && identity_ && identity_of(*file_) == identity_;
}

result<std::vector<position>> index_reader::after(
    posting_key key, position after, std::size_t limit
) {
    std::vector<position> found;
    auto const text = stored_key(key);
    for (auto& [rows, _] : tables_) {
        if (found.size() >= limit) break;
        auto const closing = reading{rows};
        rows.bind_blob(1, text).bind(2, stored(after));
        while (found.size() < limit) {
            DIPTYCH_TRY(auto const is_row, rows.step());
            if (!is_row) break;
            auto const head = chunk_row{rows};
            if (head.last <= after) continue;
            if (key.kind == posting_kind::home && head.homes == 0) continue;
            DIPTYCH_TRY(unpack(rows, unpacked_));
            for (auto const& [at, is_home] : unpacked_) {
                if (found.size() >= limit) break;
                if (at > after && (is_home || key.kind != posting_kind::home)) found.push_back(at);
            }
        }
    }
    return found;
}

result<std::vector<position>> index_reader::before(
    posting_key key, position before, std::size_t limit
) {
    std::vector<position> found;
    auto const text = stored_key(key);
    for (auto table = tables_.rbegin(); table != tables_.rend(); ++table) {
        if (found.size() >= limit) break;
        auto& rows = table->descending;
        auto const closing = reading{rows};
        rows.bind_blob(1, text).bind(2, stored(before));
        while (found.size() < limit) {
            DIPTYCH_TRY(auto const is_row, rows.step());
            if (!is_row) break;
            if (key.kind == posting_kind::home && chunk_row{rows}.homes == 0) continue;
            DIPTYCH_TRY(unpack(rows, unpacked_));
            for (auto entry = unpacked_.rbegin(); entry != unpacked_.rend(); ++entry) {
                if (found.size() >= limit) break;
                auto const [at, is_home] = *entry;
                if (at < before && (is_home || key.kind != posting_kind::home)) found.push_back(at);
            }
        }
    }
    return found;
}

result<std::optional<position>> index_reader::find(std::string_view stream, uuid const& id) {
    DIPTYCH_TRY(auto const candidates, ids_->find(id, index_hash32(stream)));
    for (auto const candidate : candidates) {
        auto const home = posting_key{.kind = posting_kind::home, .text = stream};
        DIPTYCH_TRY(auto const there, after(home, candidate - 1, 1));
        if (!there.empty() && there.front() == candidate) return candidate;
    }
    return std::nullopt;
}

result<std::optional<answer>> index_reader::find_answer(
    std::string_view caller, std::string_view id
) {
    return answers_->find(caller, id);
}

result<std::optional<std::string>> index_reader::load_state(std::string_view name) {
    auto const closing = reading{select_state_};
    DIPTYCH_TRY(auto const is_there, select_state_.bind_blob(1, name).step());
    if (!is_there) return std::nullopt;
    return std::string{select_state_.blob(0)};
}

}  // namespace diptych::log::segments
