//! Every error prints each of its causes once: no link of a chain contains the text of the next.

use std::{error::Error, io};

use serde_json::json;

use crate::{
    atomic_write::DiskError,
    document::{Document, load, load::LoadError},
    emit::disk::PlanError,
    generate,
    overlay::Overlay,
    pipeline::PipelineError,
    problem::{Problem, Problems},
    types::UnexpectedCode,
};

#[track_caller]
fn assert_prints_once(error: &dyn Error) {
    let mut link = error;
    while let Some(source) = link.source() {
        let (text, next) = (link.to_string(), source.to_string());
        assert!(!text.contains(&next), "`{text}` contains its source `{next}`");
        link = source;
    }
}

fn not_found() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the file is missing")
}

fn problems() -> Problems {
    Problem::new("/paths", "the document has no paths", "fetch it again").into()
}

#[test]
fn load_errors_print_once() {
    let errors = [
        LoadError::Io(not_found()),
        LoadError::Empty,
        LoadError::TooLarge,
        LoadError::NotUtf8(6),
        LoadError::Html,
        LoadError::NotOpenApi(problems()),
        load::bytes(b"{").expect_err("invalid JSON"),
        load::bytes(b"a: [").expect_err("invalid YAML"),
    ];
    errors.iter().for_each(|error| assert_prints_once(error));
}

#[test]
fn overlay_errors_print_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let error = || Overlay::directory(directory.path()).expect_err("not an overlay");
    assert_prints_once(&Overlay::directory(&directory.path().join("missing")).expect_err("a missing directory"));
    for text in ["a: [", "title: 1"] {
        std::fs::write(directory.path().join("alerts.yaml"), text).expect("written");
        assert_prints_once(&error());
    }
}

#[test]
fn disk_errors_print_once() {
    let error = || DiskError::at("write", "generated".as_ref())(not_found());
    assert_prints_once(&error());
    assert_prints_once(&PlanError::from(error()));
    assert_prints_once(&PlanError::NotOurs("generated".to_owned()));
}

#[test]
fn pipeline_errors_print_once() {
    let schema = |schema| {
        json!({
            "openapi": "3.0.1", "info": {"title": "T", "version": "1"}, "paths": {},
            "components": {"schemas": {"A": schema}}
        })
    };
    let generate = |root| generate::plain(&Document::new(root)).expect_err("not generated");
    let syntax = syn::parse_str::<syn::Ident>("1").expect_err("not an identifier");
    let errors = [
        PipelineError::Facts(problems()),
        PipelineError::Urls(problems()),
        PipelineError::Preflight(problems()),
        PipelineError::Generate(generate(json!({}))),
        PipelineError::Generate(generate(schema(json!({"type": "strange"})))),
        PipelineError::Types(UnexpectedCode::new("A", "a struct")),
        PipelineError::Render(syntax),
        PipelineError::Lost { what: "operations", before: 2, after: 1 },
    ];
    for error in &errors {
        assert_prints_once(error);
        assert!(!error.to_string().is_empty());
    }
}
