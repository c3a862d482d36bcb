"""A process that is asked to end does not wait for viewers who would stay for ever."""

import threading
import time

import httpx

import running


def test_viewers_of_an_event_stream_neither_delay_the_end_nor_leave_a_trace_of_it() -> None:
    with running.running() as service:
        live = service.live(service.join("bob"))["id"]
        begun, ended = threading.Event(), threading.Event()

        def watch() -> None:
            with httpx.stream("GET", f"{service.base}/v1/lives/{live}/events", timeout=30) as answer:
                for _ in answer.iter_bytes():
                    begun.set()
            ended.set()

        viewer = threading.Thread(target=watch)
        viewer.start()
        assert begun.wait(20)
        asked = time.monotonic()
        service.stop()
        took_s = time.monotonic() - asked
        viewer.join(20)
        log = (service.folder / "serve.log").read_text()
    assert ended.is_set()
    assert "Traceback" not in log
    assert took_s < 7  # the grace of a request under way is 8 s
