import { Component, type ReactElement, type ReactNode } from "react";
import { say } from "../words/words.ts";
import style from "./boundary.module.css";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { PartMissing } from "./part.ts";

interface Props {
  /** When this is another, what is within is tried again. */
  resetBy?: string;
  /** What is within lies over the page, and so does what is said in its place. */
  isOver?: boolean;
  children: ReactNode;
}

/** What is within may fail without taking the rest of the page along: a sentence stands in its place then, and the way on. */
export class Boundary extends Component<Props, { error: unknown; isBroken: boolean }> {
  override state = { error: undefined, isBroken: false };

  static getDerivedStateFromError(error: unknown): { error: unknown; isBroken: boolean } {
    return { error, isBroken: true };
  }

  override componentDidUpdate({ resetBy }: Props): void {
    if (this.state.isBroken && resetBy !== this.props.resetBy)
      this.setState({ error: undefined, isBroken: false });
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return <Broken error={this.state.error} isOver={this.props.isOver === true} />;
  }
}

function Broken({ error, isOver }: { error: unknown; isOver: boolean }): ReactElement {
  return (
    <div className={isOver ? style.over : style.within}>
      <Notice action={<Button onClick={() => location.reload()}>{say("page.again")}</Button>}>
        {say(error instanceof PartMissing ? "page.partMissing" : "page.broken")}
      </Notice>
    </div>
  );
}
