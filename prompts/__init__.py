"""The prompts that language models get: one file a job, and the loader that checks them."""

from prompts.loader import JOBS, Part, Prompt, PromptError, load_prompt

__all__ = ["JOBS", "Part", "Prompt", "PromptError", "load_prompt"]
