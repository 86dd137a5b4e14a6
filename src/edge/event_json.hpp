/// @file
/// Recorded events as JSON.
#pragma once

#include <diptych/event.hpp>
#include <diptych/json_writer.hpp>

#include <string>
#include <string_view>

namespace diptych::edge {

/// `{"position":42,"token":"1.42","stream":...,"version":...,"type":...,"id":...,"recorded_at":...,
/// "tags":[...],"data":{...},"metadata":{...}}`, on one line; an erased event has `"erased":true`
/// and null data.
void write_event(json::writer& to, recorded_event const& event);

}  // namespace diptych::edge
