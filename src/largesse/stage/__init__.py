"""Where it happens: LIVEs, videos, their rooms, comments, likes, thanks, moderation, summaries.

Owns the tables of schema `stage`. Its events are rows of the outbox, listed in `events.py`; on NATS it says
`stage.changed` with the 16 bytes of a stage's public id. Invariants: a creator has one running LIVE at most; a LIVE
goes scheduled -> live -> ended and never back; a video is `live` while everybody sees it; what was said with a gift is
kept here, outside the books, so that it can be erased; a guest is on by the consent of both sides, and never beyond the
LIVE. Who counts gifts and viewers says so to `StageService.use_figures`, who knows earlier givers to `use_newcomers`,
who knows what was given on videos to `VideosService.use_given`.
"""

from largesse.stage import events
from largesse.stage.contests import Goal, Match, points
from largesse.stage.errors import (
    AlreadyLive,
    BannedFromRoom,
    CreatorsOnly,
    ForFollowers,
    LiveEnded,
    Muted,
    NotLive,
    NotYourLive,
)
from largesse.stage.letters import LiveLettersService, StopLinks
from largesse.stage.model import Changes, Figure, Figures, Newcomers, Note, Pace, Stage, Standing
from largesse.stage.personal import erase_person, export_person
from largesse.stage.reports import export_reports
from largesse.stage.seeing import may_see, see
from largesse.stage.service import StageService
from largesse.stage.service_contests import ContestsService
from largesse.stage.service_reminders import RemindersService
from largesse.stage.store import (
    add_viewers,
    add_viewings,
    ask_bans,
    ask_facts,
    list_by_key,
    list_keys_of,
    list_running,
    put_minutes,
    read_notes,
    write_notes,
)
from largesse.stage.store_contests import list_goals, list_matches, list_running_matches, put_figures
from largesse.stage.store_guests import ON, Guest, ask_guests, list_guests, list_keys_received
from largesse.stage.video import VIDEO
from largesse.stage.videos import VideosService
from largesse.stage.wire import GuestBody, LiveBody, RankBody, guest_body, live_body, ranks
from largesse.stage.wire_contests import GoalBody, MatchBody, creators_of, goal_body, goal_told, match_body

__all__ = [
    "ON",
    "VIDEO",
    "AlreadyLive",
    "BannedFromRoom",
    "Changes",
    "ContestsService",
    "CreatorsOnly",
    "Figure",
    "Figures",
    "ForFollowers",
    "Goal",
    "GoalBody",
    "Guest",
    "GuestBody",
    "LiveBody",
    "LiveEnded",
    "LiveLettersService",
    "Match",
    "MatchBody",
    "Muted",
    "Newcomers",
    "NotLive",
    "NotYourLive",
    "Note",
    "Pace",
    "RankBody",
    "RemindersService",
    "Stage",
    "StageService",
    "Standing",
    "StopLinks",
    "VideosService",
    "add_viewers",
    "add_viewings",
    "ask_bans",
    "ask_facts",
    "ask_guests",
    "creators_of",
    "erase_person",
    "events",
    "export_person",
    "export_reports",
    "goal_body",
    "goal_told",
    "guest_body",
    "list_by_key",
    "list_goals",
    "list_guests",
    "list_keys_of",
    "list_keys_received",
    "list_matches",
    "list_running",
    "list_running_matches",
    "live_body",
    "match_body",
    "may_see",
    "points",
    "put_figures",
    "put_minutes",
    "ranks",
    "read_notes",
    "see",
    "write_notes",
]
