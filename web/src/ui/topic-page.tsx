import type { MouseEvent, ReactElement, ReactNode, Ref } from "react";
import { go, type Route, writeRoute } from "../routes.ts";
import { Icon } from "./icon.tsx";
import style from "./topic-page.module.css";

/** One page of many, with all of them beside it. */
export function TopicPage({
  area,
  navLabel,
  above,
  topics,
  narrow,
  back,
  title,
  sentence,
  navRef,
  contentRef,
  titleRef,
  children,
}: {
  area: string;
  navLabel: string;
  /** What stands above the topics. */
  above?: ReactNode;
  /** Each a `TopicLink` in a `li`. */
  topics: ReactNode;
  /** Where there is no room for both: the topics alone, the page alone, or the topics in a line above it. */
  narrow: "list" | "topic" | "line";
  /** Where one comes from a page that stands alone. */
  back?: Route;
  title: string;
  sentence?: string;
  navRef?: Ref<HTMLElement>;
  contentRef?: Ref<HTMLDivElement>;
  titleRef: Ref<HTMLHeadingElement>;
  children: ReactNode;
}): ReactElement {
  return (
    <div className={style.page} data-narrow={narrow}>
      <nav ref={navRef} className={style.nav} aria-label={navLabel} data-part="list">
        <p className={style.area}>{area}</p>
        {above !== undefined && <div className={style.above}>{above}</div>}
        {topics}
      </nav>
      <div ref={contentRef} className={style.content} data-part="reader">
        <div className={style.measure}>
          {back !== undefined && (
            <a className={style.back} href={writeRoute(back)} onClick={(event) => follow(event, back)}>
              <Icon name="back" size={16} />
              {area}
            </a>
          )}
          <h1 ref={titleRef} tabIndex={-1} className={style.title}>
            {title}
          </h1>
          {sentence !== undefined && <p className={style.sentence}>{sentence}</p>}
          {children}
        </div>
      </div>
    </div>
  );
}

export function Topics({ children }: { children: ReactNode }): ReactElement {
  return <ul className={style.topics}>{children}</ul>;
}

/** Leads to a topic, or, as one `within` it, to a part of its page. */
export function TopicLink({
  route,
  isNow = false,
  isWithin = false,
  onChosen,
  children,
}: {
  route: Route;
  isNow?: boolean;
  isWithin?: boolean;
  onChosen?(): void;
  children: ReactNode;
}): ReactElement {
  return (
    <a
      href={writeRoute(route)}
      className={isWithin ? `${style.topic} ${style.within}` : style.topic}
      aria-current={isNow ? "page" : undefined}
      onClick={(event) => follow(event, route, onChosen)}
    >
      {children}
    </a>
  );
}

function follow(event: MouseEvent, route: Route, onChosen?: () => void): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  onChosen?.();
  go(route);
}
