"""Serves the page mounted in another server, as a user's own FastAPI app does it."""

import threading

import gradio as gr
import uvicorn
from fastapi import FastAPI

from rag import Assistant, Settings
from rag.testing import HashEmbedder
from ui import build_app


def main(folder, port, *, until):
    """Serve a library at a port until told to end."""
    with Assistant.open(Settings(library=folder), embedder=HashEmbedder()) as assistant:
        app = gr.mount_gradio_app(FastAPI(), build_app(assistant), path="/notes")
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        until()
        server.should_exit = True
        thread.join()
