"""The plan guard of videos: a page, a like, a view and a claim read their own rows, however many videos there are."""

from typing import Any

import psycopg
import pytest

from schema.test_plans import Values, analyze, array, wide_reads

VIDEOS, CREATORS = 50_000, 500
OWN = VIDEOS // CREATORS
# A hundred videos a creator, two comments and likes each; a LIVE each as well. One film in a thousand is to be made.
LOAD = f"""
SET session_replication_role = replica;
INSERT INTO stage.stage (key, id, kind, creator, title, status, started_at, ended_at)
    OVERRIDING SYSTEM VALUE
    SELECT i, lpad(to_hex(i), 32, '0')::uuid, 'video', 1 + i % {CREATORS}, 'v', 'live',
        now() - i * interval '1 minute', NULL
    FROM generate_series(1, {VIDEOS}) i
    UNION ALL SELECT {VIDEOS} + i, gen_random_uuid(), 'live', 1 + i % {CREATORS}, 'l', 'ended', now(), now()
    FROM generate_series(1, {VIDEOS}) i;
INSERT INTO stage.video (stage, published, published_at) SELECT i, true, now() FROM generate_series(1, {VIDEOS}) i;
INSERT INTO stage.comment (id, stage, sender, text)
    SELECT gen_random_uuid(), 1 + i % {VIDEOS}, i % 1000, 'x' FROM generate_series(1, {2 * VIDEOS}) i;
INSERT INTO stage.video_like (stage, account)
    SELECT 1 + i % {VIDEOS}, i / {VIDEOS} FROM generate_series(0, {2 * VIDEOS} - 1) i;
INSERT INTO stage.viewing (stage, viewer)
    SELECT 1 + i % {VIDEOS}, i / {VIDEOS} FROM generate_series(0, {2 * VIDEOS} - 1) i;
INSERT INTO media.film (stage, id, creator, state, upload, at)
    SELECT i, lpad(to_hex(i), 32, '0')::uuid, 1 + i % {CREATORS},
        CASE WHEN i % 1000 = 0 THEN 'processing' ELSE 'ready' END, gen_random_uuid(), now()
    FROM generate_series(1, {VIDEOS}) i;
INSERT INTO media.upload (id, film, creator, length, name, kind, at, expires_at, ended_at, completed, swept)
    SELECT upload, stage, creator, 1000, '', '', now() - interval '2 days', now(), now(), true, true FROM media.film;
INSERT INTO media.caption SELECT i, 'en', 'English', 'x' FROM generate_series(1, {VIDEOS}) i;
INSERT INTO insights.live SELECT 1 + i % {CREATORS}, current_date - d, i, 1, 1, 1
    FROM generate_series(1, {VIDEOS}) i, generate_series(0, 2) d;
SET session_replication_role = origin;
"""
# Rows that each touches at most, for a page of twenty.
READS = {
    "stage/videos_published": 100, "stage/videos_published_by": 100, "stage/videos_own": 100, "stage/video_get": 10,
    "stage/video_comments": 10, "stage/videos_liked": 40, "stage/video_like": 10, "stage/video_unlike": 10,
    "stage/video_views": 20, "stage/video_publish": 10, "stage/videos_remove": 40, "stage/lives_ended": 100,
    "stage/running": VIDEOS + 10, "media/films_get": 40, "media/uploads_open": 40, "media/captions_get": 40,
    "media/uploads_sum": 2 * OWN, "media/film_claim": 120, "media/film_beat": 10, "media/upload_get": 5,
    "media/uploads_expire": 10, "media/uploads_unswept": 10, "media/films_unswept": 10, "insights/given": 80,
}  # fmt: skip


def values(name: str) -> Values:
    video: Any = "00000000-0000-0000-0000-000000000007"
    some = array(range(1, 21))
    creator = 0 if name in {"stage/videos_published", "stage/lives_ended"} else 7
    return {
        "creator": creator, "at": None, "id": video, "key": 7 if name != "stage/lives_ended" else 0, "limit": 20,
        "before": 0 if name == "stage/videos_own" else None, "stage": 7, "account": 0, "keys": some, "stages": some
        if name != "stage/video_views" else array([7]), "viewers": array([0]), "again_s": 60, "ended_s": 600,
        "holder": "h", "silent_s": 30, "progress": 5, "viewer": 0,
    }  # fmt: skip


@pytest.fixture
def filled(database_url: str) -> str:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(LOAD.encode())
        analyze(connection)
    return database_url


def test_what_is_asked_of_videos_reads_its_own_rows_alone(filled: str) -> None:
    assert wide_reads(filled, {name: (values(name), rows) for name, rows in READS.items()}) == {}
