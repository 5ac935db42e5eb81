//! Circles in a graph, and how they are told.

use std::collections::{BTreeSet, VecDeque};

use super::graph::Graph;

/// Finds, for every file that lies on a circle, a shortest one through it. Each circle starts at
/// its smallest index.
pub fn find(graph: &Graph) -> BTreeSet<Vec<usize>> {
    (0..graph.names.len()).filter_map(|start| shortest(graph, start)).collect()
}

fn shortest(graph: &Graph, start: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![None; graph.names.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for (_, next) in graph.edges.range((node, 0)..=(node, usize::MAX)).map(|(edge, _)| *edge) {
            if next == start {
                let mut circle = vec![node];
                while let Some(previous) = came_from[*circle.last().expect("it has an element")] {
                    circle.push(previous);
                }
                circle.reverse();
                let least = circle.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(index, _)| index);
                circle.rotate_left(least);
                return Some(circle);
            }
            if came_from[next].is_none() {
                came_from[next] = Some(node);
                queue.push_back(next);
            }
        }
    }
    None
}

/// A circle as `a -> b -> a`, followed by one line for each arrow.
pub fn describe(graph: &Graph, circles: &BTreeSet<Vec<usize>>) -> String {
    let mut report = String::new();
    for circle in circles {
        let name = |node: &usize| graph.names[*node].as_str();
        let closed: Vec<_> = circle.iter().chain(circle.first()).copied().collect();
        report.push_str(&format!("  {}\n", closed.iter().map(name).collect::<Vec<_>>().join(" -> ")));
        for arrow in closed.windows(2) {
            let evidence = &graph.edges[&(arrow[0], arrow[1])];
            let arrow = format!("{} -> {}", name(&arrow[0]), name(&arrow[1]));
            report.push_str(&format!("    {arrow}  {}:{} names `{}`\n", evidence.file, evidence.line, evidence.name));
        }
    }
    report
}
